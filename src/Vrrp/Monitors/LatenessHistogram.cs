using System.Collections.Immutable;

namespace Appliance.Vrrp.Monitors;

/// <summary>How late the thread wakes. One writer, any readers; fixed buckets.</summary>
internal sealed class LatenessHistogram
{
    private const long Us = 1_000;
    private const long Ms = 1_000_000;
    private static readonly ImmutableArray<long> Bounds =
        [50 * Us, 100 * Us, 250 * Us, 500 * Us, Ms, 2 * Ms + 500 * Us, 5 * Ms, 10 * Ms, 25 * Ms, 50 * Ms, 100 * Ms, 250 * Ms, 1000 * Ms];
    private readonly long[] _counts = new long[Bounds.Length + 1];
    private long _sumNs;
    private long _longestNs;

    public bool RealTime { get; set; }

    public void Record(long latenessNs)
    {
        long ns = Math.Max(0, latenessNs);
        int bucket = 0;
        while (bucket < Bounds.Length && ns > Bounds[bucket]) bucket++;
        _counts[bucket]++;
        _sumNs += ns;
        if (ns > _longestNs) _longestNs = ns;
    }

    public LatenessSummary Summary() =>
        new(Bounds, [.. _counts], Volatile.Read(ref _sumNs), TimeSpan.FromTicks(Volatile.Read(ref _longestNs) / 100), RealTime);
}
