using Appliance.Proxy.Configuration;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Health;

/// <summary>
/// Passive check of one server, shared by all loops: failures of real traffic in a row leave it out for a while. Counting is thread-safe; the
/// decision to eject is taken by the pool, one at a time, because it depends on the other servers.
/// </summary>
internal sealed class Ejection
{
    private const int LongestFactor = 10;

    private int _failedInRow;
    private long _untilNs = long.MinValue;
    private int _times;

    /// <summary>When the server may serve again; monotonic. MinValue: it was never left out.</summary>
    internal long UntilNs => Volatile.Read(ref _untilNs);

    /// <summary>True while it is left out.</summary>
    internal bool IsEjected(long nowNs) => nowNs < UntilNs;

    /// <summary>Counts an outcome.</summary>
    /// <returns>True when the failures in a row have reached the threshold.</returns>
    internal bool Count(ServerOutcome outcome, EjectionSettings settings)
    {
        if (outcome == ServerOutcome.Unknown) return false;
        if (outcome == ServerOutcome.Failed) return Interlocked.Increment(ref _failedInRow) >= settings.ConsecutiveFailures;
        if (Volatile.Read(ref _failedInRow) != 0) Volatile.Write(ref _failedInRow, 0);
        return false;
    }

    /// <summary>Leaves the server out. One caller at a time.</summary>
    /// <returns>For how long.</returns>
    internal TimeSpan Eject(EjectionSettings settings, long nowNs)
    {
        long untilNs = UntilNs;
        _times = untilNs == long.MinValue ? 1 : NextTimes(_times, nowNs - untilNs, settings.For);
        TimeSpan duration = settings.For * _times;
        Volatile.Write(ref _failedInRow, 0);
        Volatile.Write(ref _untilNs, nowNs + duration.Ticks * 100);
        return duration;
    }

    /// <summary>Passive checks are off now.</summary>
    internal void Clear()
    {
        Volatile.Write(ref _failedInRow, 0);
        Volatile.Write(ref _untilNs, long.MinValue);
    }

    /// <summary>
    /// By how much the base time is multiplied: one more each time, up to ten; a server that has served as long as it was left out last time
    /// begins anew. Pure.
    /// </summary>
    /// <param name="times">The factor last time.</param>
    /// <param name="servedNs">How long it has served since.</param>
    /// <param name="basic">The first duration.</param>
    internal static int NextTimes(int times, long servedNs, TimeSpan basic) =>
        servedNs >= basic.Ticks * 100 * times ? 1 : Math.Min(times + 1, LongestFactor);

    /// <summary>True when one more server may be left out: the first always. Pure.</summary>
    internal static bool MayEject(int ejected, int servers, int maximumPercent) =>
        ejected == 0 || (ejected + 1) * 100L <= (long)servers * maximumPercent;
}
