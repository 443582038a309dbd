using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Limiter.Benchmarks;
using Limiter.Benchmarks.Interop;

if (args.Length != 1)
{
    Console.Error.WriteLine("usage: Limiter.Benchmarks RESULT_FILE");
    return 2;
}

// In process and with fixed counts: the set-up of a million keys is paid once per contender, the whole run stays under ten minutes.
Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithClock(new ThreadClock())
    .WithLaunchCount(1).WithWarmupCount(5).WithIterationCount(9).WithInvocationCount(1).WithUnrollFactor(1);
var config = ManualConfig.CreateEmpty().AddJob(job).AddLogger(ConsoleLogger.Default)
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), $"limiter-benchmark-{Environment.ProcessId}"));
var summary = BenchmarkRunner.Run<DecisionBenchmark>(config);
Directory.Delete(config.ArtifactsPath, recursive: true);
if (summary.HasCriticalValidationErrors || summary.Reports.Length != 9 || summary.Reports.Any(r => !r.Success))
{
    foreach (var error in summary.ValidationErrors) Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine("a benchmark failed");
    return 1;
}

string table = ResultTable.Of(summary);
Console.Write(table);
File.WriteAllText(args[0], table);
return 0;
