using System.Collections.Immutable;

namespace Appliance.Vrrp;

/// <summary>How late the heartbeat thread woke, since start.</summary>
/// <param name="UpperBoundsNs">Upper bounds of the buckets in nanoseconds; the last bucket is open and has no bound here.</param>
/// <param name="Counts">Wake-ups per bucket, not cumulative; one more than bounds.</param>
/// <param name="SumNs">Sum of all latenesses in nanoseconds.</param>
/// <param name="Longest">The worst one.</param>
/// <param name="RealTime">The thread runs with SCHED_FIFO.</param>
public sealed record LatenessSummary(
    ImmutableArray<long> UpperBoundsNs, ImmutableArray<long> Counts, long SumNs, TimeSpan Longest, bool RealTime)
{
    /// <summary>The worst one of the last 60 minutes.</summary>
    public TimeSpan WorstOfLastHour { get; init; }
}
