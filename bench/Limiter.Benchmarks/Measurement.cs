using System.Diagnostics;
using Limiter.Benchmarks.Interop;

namespace Limiter.Benchmarks;

/// <summary>One contender in one case, over all rounds.</summary>
internal sealed class Measurement(Contender contender)
{
    private static readonly ThreadClock Clock = new();
    private readonly List<double> _cpuNs = [];
    private readonly List<double> _wallNs = [];

    /// <summary>Processor time per decision, of the thread that decides.</summary>
    public double CpuNs => Median(_cpuNs);

    public double LeastCpuNs => _cpuNs.Min();

    /// <summary>Time per decision of all threads together.</summary>
    public double WallNs => Median(_wallNs);

    public double BytesPerDecision { get; private set; }

    /// <summary>All threads begin together, each with keys of its own drawing.</summary>
    /// <param name="draws">One per thread.</param>
    /// <param name="nowNs">The contender's time.</param>
    /// <param name="expected">How many must pass in each thread; -1: not looked at.</param>
    public void Round(int[][] draws, long nowNs, int expected)
    {
        long cpuNs = 0, bytes = 0, failed = 0;
        using var start = new Barrier(draws.Length);
        Thread[] threads = [.. draws.Select(keys => new Thread(() =>
        {
            start.SignalAndWait();
            long allocated = GC.GetAllocatedBytesForCurrentThread(), began = Clock.GetTimestamp();
            int passed = contender.Pass(keys, nowNs);
            Interlocked.Add(ref cpuNs, Clock.GetTimestamp() - began);
            Interlocked.Add(ref bytes, GC.GetAllocatedBytesForCurrentThread() - allocated);
            if (expected >= 0 && passed != expected) Interlocked.Exchange(ref failed, passed + 1);
        }))];
        long wall = Stopwatch.GetTimestamp();
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        long decisions = draws.Sum(keys => (long)keys.Length);
        _wallNs.Add(Stopwatch.GetElapsedTime(wall).TotalNanoseconds / decisions);
        _cpuNs.Add((double)cpuNs / decisions);
        BytesPerDecision = (double)bytes / decisions;
        if (failed != 0) throw new InvalidOperationException($"{contender.GetType().Name}: {failed - 1} requests passed where {expected} should");
    }

    public void Forget()
    {
        _cpuNs.Clear();
        _wallNs.Clear();
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
