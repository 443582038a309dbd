using System.Collections.Immutable;
using Appliance.Hosting;
using Appliance.Proxy;
using Appliance.Systemd;
using Microsoft.Extensions.Logging;

namespace Appliance.Failover;

/// <summary>
/// Looks ten times a second whether the event loops and the heartbeat thread move. A stalled loop makes the node unfit, so that the peer
/// takes over; systemd's watchdog is only served while everything moves, so that a stalled daemon is restarted. One caller.
/// </summary>
internal sealed class DataPlaneWatch
{
    /// <summary>How often <see cref="Look"/> wants to be called.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private const long HeartbeatLimitNs = 5_000_000_000;

    private readonly IRoleNode? _node;
    private readonly ServiceNotifier _notifier;
    private readonly TimeSpan? _pingInterval;
    private readonly ILogger _log;
    private readonly LoopWatch _loops;
    private int _stalled = -1;
    private bool _heartStalled;
    private long _heartTurns = -1;
    private long _heartMovedNs;
    private long _pingedNs = long.MinValue / 2;

    /// <param name="node">Null: single node.</param>
    /// <param name="checkInterval">peer_check_interval; a loop may stand still for three of them, at least one second.</param>
    /// <param name="notifier">Gets the pings.</param>
    /// <param name="pingInterval">Null: no watchdog.</param>
    /// <param name="log">Gets stalls.</param>
    public DataPlaneWatch(
        IRoleNode? node, TimeSpan checkInterval, ServiceNotifier notifier, TimeSpan? pingInterval, ILogger log)
    {
        _node = node;
        _notifier = notifier;
        _pingInterval = pingInterval;
        _log = log;
        long checkNs = (long)checkInterval.TotalNanoseconds;
        _loops = new LoopWatch(Math.Max(1_000_000_000, 3 * checkNs));
    }

    /// <param name="loops">Their counters now.</param>
    /// <param name="nowNs">Monotonic.</param>
    public void Look(ImmutableArray<LoopStatus> loops, long nowNs)
    {
        int stalled = _loops.FindStalled(loops, nowNs);
        if (stalled != _stalled)
        {
            if (stalled >= 0) ApplianceLog.LoopStalled(_log, stalled);
            else ApplianceLog.LoopsMove(_log);
            _stalled = stalled;
            _node?.ReportDataPlane(stalled < 0);
        }

        bool heartMoves = HeartMoves(nowNs);
        if (stalled >= 0 || !heartMoves || _pingInterval is not { } interval) return;
        if (nowNs - _pingedNs < (long)interval.TotalNanoseconds) return;
        _pingedNs = nowNs;
        _notifier.Watchdog();
    }

    private bool HeartMoves(long nowNs)
    {
        if (_node is null) return true;
        long turns = _node.Report().Turns;
        if (turns != _heartTurns) _heartMovedNs = nowNs;
        _heartTurns = turns;
        bool moves = nowNs - _heartMovedNs < HeartbeatLimitNs;
        if (!moves && !_heartStalled) ApplianceLog.HeartbeatStalled(_log);
        _heartStalled = !moves;
        return moves;
    }
}
