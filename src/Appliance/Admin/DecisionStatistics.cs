using System.Runtime.CompilerServices;

namespace Appliance.Admin;

/// <summary>
/// What the decision API counts, in lanes: each event loop writes its own and never waits; a reader sums them. Counts are monotonic, so
/// a reader that is a moment behind is still right.
/// </summary>
internal sealed class DecisionStatistics
{
    /// <summary>Upper bounds of the duration histogram in nanoseconds.</summary>
    private static readonly long[] BoundsNs = [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 1_000_000, 10_000_000];

    private readonly Lane[] _lanes;

    public DecisionStatistics(int lanes)
    {
        _lanes = new Lane[lanes];
        for (int at = 0; at < lanes; at++) _lanes[at] = new Lane();
    }

    /// <summary>The bounds in seconds, as the metric has them.</summary>
    public static ReadOnlySpan<double> BoundsSeconds => Seconds;

    private static readonly double[] Seconds = [.. BoundsNs.Select(ns => ns / 1e9)];

    public void Took(int lane, long durationNs)
    {
        Lane mine = _lanes[lane];
        int bucket = 0;
        while (bucket < BoundsNs.Length && durationNs > BoundsNs[bucket]) bucket++;
        Add(ref mine.Buckets[bucket], 1);
        Add(ref mine.SumNs, durationNs);
    }

    public void Refused(int lane, DecisionFault fault) => Add(ref _lanes[lane].Faults[(int)fault], 1);

    /// <summary>Observations per bucket, the last one above every bound, and the sum of all durations.</summary>
    public (long[] Counts, double SumSeconds) Durations()
    {
        var counts = new long[BoundsNs.Length + 1];
        long sumNs = 0;
        foreach (Lane lane in _lanes)
        {
            for (int at = 0; at < counts.Length; at++) counts[at] += Volatile.Read(ref lane.Buckets[at]);
            sumNs += Volatile.Read(ref lane.SumNs);
        }

        return (counts, sumNs / 1e9);
    }

    public long RefusedBy(DecisionFault fault)
    {
        long total = 0;
        foreach (Lane lane in _lanes) total += Volatile.Read(ref lane.Faults[(int)fault]);
        return total;
    }

    /// <summary>Only the lane's own loop writes, so load and store need not be one operation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref long counter, long amount) => Volatile.Write(ref counter, counter + amount);

    private sealed class Lane
    {
        public readonly long[] Buckets = new long[BoundsNs.Length + 1];
        public readonly long[] Faults = new long[(int)DecisionFault.BadTarget + 1];
        public long SumNs;
    }
}
