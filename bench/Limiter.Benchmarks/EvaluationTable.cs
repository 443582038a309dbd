using System.Globalization;
using System.Text;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Limiter.Benchmarks.Interop;

namespace Limiter.Benchmarks;

/// <summary>`bench/policy`: runs <see cref="EvaluationBenchmark"/>, prints the one table and keeps it.</summary>
internal static class EvaluationTable
{
    private static readonly (string Method, string Text, int TargetNs)[] Rows =
    [
        (nameof(EvaluationBenchmark.OnePolicy), "1 policy: claim of a verified token, two rules", 1000),
        (nameof(EvaluationBenchmark.TenPolicies), "the same among 10 policies", 1300),
        (nameof(EvaluationBenchmark.ThousandPolicies), "the same among 1,000 policies", 1300),
        (nameof(EvaluationBenchmark.AHundredThousandPolicies), "the same among 100,000 policies", 0),
        (nameof(EvaluationBenchmark.ThousandPoliciesNoneMatches), "none of 1,000 policies selects the request", 0),
        (nameof(EvaluationBenchmark.OnePolicyRejects), "1 policy: the second rule rejects, the first is given back", 0),
        (nameof(EvaluationBenchmark.OneRuleByAddress), "1 policy: one rule by address, 1,000,000 addresses", 0),
        (nameof(EvaluationBenchmark.OneAccess), "for scale: one dependent access to one of 1,000,000 lines", 0),
    ];

    public static int Run(string file)
    {
        // In process and with fixed counts: set-ups are paid once per case, the whole run stays below a few minutes.
        Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithClock(new ThreadClock())
            .WithGcForce(false).WithLaunchCount(1).WithWarmupCount(6).WithIterationCount(11).WithInvocationCount(1).WithUnrollFactor(1);
        var config = ManualConfig.CreateEmpty().AddJob(job).AddDiagnoser(MemoryDiagnoser.Default).AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), $"policy-benchmark-{Environment.ProcessId}"));
        var summary = BenchmarkRunner.Run<EvaluationBenchmark>(config);
        if (Directory.Exists(config.ArtifactsPath)) Directory.Delete(config.ArtifactsPath, recursive: true);
        if (summary.HasCriticalValidationErrors || summary.Reports.Length != Rows.Length || summary.Reports.Any(r => !r.Success))
        {
            foreach (var error in summary.ValidationErrors) Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine("a benchmark failed");
            return 1;
        }

        string page = Page(summary);
        Console.Write(page);
        File.WriteAllText(file, page);
        return 0;
    }

    private static string Page(Summary summary)
    {
        var text = new StringBuilder("# Policies: one evaluation\n\n");
        text.Append(CultureInfo.InvariantCulture, $"""
            Route, kill switches, claims, keys, table, counters, decision and release; one thread, processor time. Tokens are verified before and found in the cache; 1,000 clients take
            turns at random. `bench/policy` prints and writes this page.

            | evaluation | ns, median | fastest round | relative to one policy | bytes allocated | target |
            |---|---:|---:|---:|---:|---|

            """);
        double one = Find(summary, Rows[0].Method).ResultStatistics!.Median;
        foreach ((string method, string label, int target) in Rows)
        {
            BenchmarkReport report = Find(summary, method);
            double median = report.ResultStatistics!.Median;
            string verdict = target == 0 ? "" : $"{target} ns: {(median <= target ? "reached" : "missed")}";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {label} | {median:F0} | {report.ResultStatistics.Min:F0} | {median / one:F2} | {report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0} | {verdict} |");
        }

        text.Append('\n').Append(Machine.Describe(typeof(Summary)));
        text.AppendLine(CultureInfo.InvariantCulture, $"- {summary.BenchmarksCases[0].Job.Run.IterationCount} rounds of {EvaluationBenchmark.Operations:N0} evaluations after warm-up");
        return text.ToString();
    }

    private static BenchmarkReport Find(Summary summary, string method) =>
        summary.Reports.First(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name == method);
}
