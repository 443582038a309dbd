using System.Collections.Immutable;
using Appliance.Proxy;

namespace Appliance.Failover;

/// <summary>
/// Says whether an event loop stands still (ha.md section 4): its turn counter has not moved for the limit. Pure but for its memory of
/// the counters; one caller.
/// </summary>
internal sealed class LoopWatch(long limitNs)
{
    private long[] _turns = [];
    private long[] _movedNs = [];
    private long _lastLookNs;

    /// <summary>The number of a loop that stands still, or -1.</summary>
    public int FindStalled(ImmutableArray<LoopStatus> loops, long nowNs)
    {
        // A watcher that was itself stopped (SIGSTOP, a paused machine) knows nothing of the time between: every loop gets a full limit.
        bool slept = _turns.Length != loops.Length || nowNs - _lastLookNs > limitNs / 2;
        _lastLookNs = nowNs;
        if (_turns.Length != loops.Length)
        {
            _turns = new long[loops.Length];
            _movedNs = new long[loops.Length];
        }

        int stalled = -1;
        for (int at = 0; at < loops.Length; at++)
        {
            if (slept || _turns[at] != loops[at].Turns) _movedNs[at] = nowNs;
            _turns[at] = loops[at].Turns;
            if (stalled < 0 && nowNs - _movedNs[at] >= limitNs) stalled = loops[at].Number;
        }

        return stalled;
    }
}
