using System.Collections.Immutable;

namespace Appliance.Vrrp.Monitors;

/// <summary>How late the thread wakes. One writer, any readers; fixed buckets.</summary>
internal sealed class LatenessHistogram
{
    private const long Us = 1_000;
    private const long Ms = 1_000_000;
    private const long MinuteNs = 60_000 * Ms;
    private const int Minutes = 60;
    private static readonly ImmutableArray<long> Bounds =
        [50 * Us, 100 * Us, 250 * Us, 500 * Us, Ms, 2 * Ms + 500 * Us, 5 * Ms, 10 * Ms, 25 * Ms, 50 * Ms, 100 * Ms, 250 * Ms, 1000 * Ms];
    private readonly long[] _counts = new long[Bounds.Length + 1];
    private readonly long[] _worstByMinute = new long[Minutes];
    private long _minute;
    private long _sumNs;
    private long _longestNs;

    public bool RealTime { get; set; }

    /// <param name="latenessNs">Negative counts as punctual.</param>
    /// <param name="nowNs">Monotonic.</param>
    public void Record(long latenessNs, long nowNs)
    {
        Advance(nowNs / MinuteNs);
        long ns = Math.Max(0, latenessNs);
        int bucket = 0;
        while (bucket < Bounds.Length && ns > Bounds[bucket]) bucket++;
        _counts[bucket]++;
        _sumNs += ns;
        if (ns > _longestNs) _longestNs = ns;
        ref long worst = ref _worstByMinute[_minute % Minutes];
        if (ns > worst) worst = ns;
    }

    public LatenessSummary Summary() =>
        new(Bounds, [.. _counts], Volatile.Read(ref _sumNs), TimeSpan.FromTicks(Volatile.Read(ref _longestNs) / 100), RealTime)
        {
            WorstOfLastHour = TimeSpan.FromTicks(_worstByMinute.Max() / 100),
        };

    /// <summary>Forgets the minutes that went by since the last wake-up; the thread wakes at least once a second, or slept.</summary>
    private void Advance(long minute)
    {
        if (_minute == 0) _minute = minute;
        for (long forgotten = Math.Max(_minute, minute - Minutes); forgotten < minute; forgotten++) _worstByMinute[(forgotten + 1) % Minutes] = 0;
        _minute = Math.Max(_minute, minute);
    }
}
