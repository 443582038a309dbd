using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using BenchmarkDotNet.Reports;

namespace Limiter.Benchmarks;

/// <summary>The one table that the command prints and keeps.</summary>
internal static class ResultTable
{
    private static readonly (string Method, string Text)[] Rows =
    [
        (nameof(DecisionBenchmark.TableTake), "limiter table: hash, find, take"),
        (nameof(DecisionBenchmark.TableBatch), "the same, 16 keys at a time"),
        (nameof(DecisionBenchmark.EngineDecide), "limiter engine: one policy, one rule, counters"),
        (nameof(DecisionBenchmark.Dictionary), "ConcurrentDictionary, bucket under a lock"),
        (nameof(DecisionBenchmark.Partitioned), "PartitionedRateLimiter, token bucket per key"),
        (nameof(DecisionBenchmark.MemoryAccess), "for scale: one dependent memory access"),
        (nameof(DecisionBenchmark.ManyTake), "10 M keys: hash, find, take"),
        (nameof(DecisionBenchmark.ManyBatch), "10 M keys: the same, 16 at a time"),
        (nameof(DecisionBenchmark.ManyMemoryAccess), "10 M keys, for scale: one dependent memory access"),
    ];

    public static string Of(Summary summary)
    {
        double ours = MedianNs(summary, Rows[0].Method);
        var text = new StringBuilder();
        text.AppendLine("# Limiter: one decision").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{DecisionBenchmark.Keys:N0} known keys drawn uniformly, one thread, 128 MiB table (10 M keys: 1280 MiB) on {(DecisionBenchmark.OnHugePages ? "reserved huge pages" : "4 KiB pages")}; processor time of the deciding thread. `bench/limiter` prints and writes this page.").AppendLine();
        text.AppendLine("| contender | ns per decision, median | fastest run | relative to the table | relative to its bare access |").AppendLine("|---|---:|---:|---:|---:|");
        foreach ((string method, string label) in Rows)
        {
            double median = MedianNs(summary, method);
            double least = StatisticsOf(summary, method)?.Min ?? double.NaN;
            double access = MedianNs(summary, method.StartsWith("Many", StringComparison.Ordinal) ? nameof(DecisionBenchmark.ManyMemoryAccess) : nameof(DecisionBenchmark.MemoryAccess));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {label} | {median:F1} | {least:F1} | {median / ours:F2} | {median / access:F2} |");
        }

        double partitioned = MedianNs(summary, nameof(DecisionBenchmark.Partitioned));
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Targets: at most 60 ns ({Verdict(ours, 60)}, in batches {Verdict(MedianNs(summary, nameof(DecisionBenchmark.TableBatch)), 60)}); 10 M keys at most 75 ns ({Verdict(MedianNs(summary, nameof(DecisionBenchmark.ManyTake)), 75)}, in batches {Verdict(MedianNs(summary, nameof(DecisionBenchmark.ManyBatch)), 75)}); 20 times faster than PartitionedRateLimiter ({(partitioned / ours >= 20 ? "reached" : "missed")}: {partitioned / ours:F1} times).");
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"- processor: {ProcessorName()}, {Environment.ProcessorCount} visible");
        text.AppendLine(CultureInfo.InvariantCulture, $"- kernel: {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}; {RuntimeInformation.OSDescription}; load average at the end: {File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
        text.AppendLine(CultureInfo.InvariantCulture, $"- runtime: {RuntimeInformation.FrameworkDescription}; BenchmarkDotNet {VersionOf(typeof(Summary))}; System.Threading.RateLimiting {VersionOf(typeof(System.Threading.RateLimiting.RateLimiter))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"- measured: {DateTime.UtcNow:yyyy-MM-dd}; {summary.BenchmarksCases[0].Job.Run.IterationCount} iterations of 1,000,000 decisions per invocation after warm-up");
        return text.ToString();
    }

    private static string Verdict(double ns, double most) => string.Create(CultureInfo.InvariantCulture, $"{(ns <= most ? "reached" : "missed")}: {ns:F1} ns");

    private static double MedianNs(Summary summary, string method) => StatisticsOf(summary, method)?.Median ?? double.NaN;

    private static BenchmarkDotNet.Mathematics.Statistics? StatisticsOf(Summary summary, string method) =>
        summary.Reports.FirstOrDefault(r => r.BenchmarkCase.Descriptor.WorkloadMethod.Name == method)?.ResultStatistics;

    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
