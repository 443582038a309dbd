using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Threading.Channels;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Monitors;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Transport;
using Appliance.Vrrp.Wire;
using Microsoft.Extensions.Logging;

namespace Appliance.Vrrp;

/// <summary>
/// One node of the pair: election, heartbeat and virtual addresses on a thread of their own. All members are thread-safe.
/// Events are raised on a pool thread, one at a time and in order; a handler may take its time.
/// </summary>
public sealed class HaNode : IDisposable
{
    private const int NoticeQueue = 1024;
    private static readonly TimeSpan GatewayPeriod = TimeSpan.FromSeconds(5);
    private readonly HaSettings _settings;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HaTallies _tallies = new();
    private readonly LatenessHistogram _lateness = new();
    private readonly TaskCompletionSource _threadEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<HaNotice> _notices = Channel.CreateBounded<HaNotice>(
        new BoundedChannelOptions(NoticeQueue) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly byte[] _prints = new byte[2 * HeartbeatLayout.PrintBytes];
    private NodeSockets? _sockets;
    private HeartbeatThread? _thread;
    private ITimer? _gatewayTimer;
    private Task _pump = Task.CompletedTask;
    private Task? _stopped;

    /// <summary>Checks nothing and opens nothing yet.</summary>
    /// <param name="settings">See <see cref="HaSettings.Validate"/>.</param>
    /// <param name="log">Transitions and rate-limited refusals; event ids 2000-2999.</param>
    /// <param name="time">Wall clock of status and events; null: the system's.</param>
    public HaNode(HaSettings settings, ILogger log, TimeProvider? time = null)
    {
        _settings = settings;
        _log = log;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The role changed.</summary>
    public event Action<HaTransition>? Transitioned;

    /// <summary>
    /// The preferred, recovered peer asks for the role of the group with this router id: drain, then call
    /// <see cref="HandoverAsync"/>. Asked again every few seconds while it is wanted. With no handler the node hands over by itself.
    /// </summary>
    public event Action<byte>? HandoverWanted;

    /// <summary>Opens the sockets, removes leftover addresses of ours, starts the heartbeat in Starting.</summary>
    /// <exception cref="HaStartException">Invalid settings, no such interface, missing capability, port in use.</exception>
    /// <exception cref="InvalidOperationException">Started before.</exception>
    public void Start()
    {
        lock (_gate)
        {
            if (_thread is not null || _stopped is not null) throw new InvalidOperationException("a node starts once");
            NodeSockets sockets = NodeSockets.Open(_settings, toRun: true);
            try
            {
                foreach (VirtualAddress left in sockets.RemoveLeftovers()) VrrpLog.LeftoverRemoved(_log, left);
                sockets.CreateLinks();
                foreach (VirtualAddress fixedHere in sockets.Own.Permanent) VrrpLog.PermanentAddress(_log, fixedHere);
                Launch(sockets);
            }
            catch
            {
                sockets.Dispose();
                throw;
            }
        }
    }

    /// <summary>Listeners are bound: the node may leave Starting.</summary>
    public void SetReady() => Post(new NodeCommand(new ElectionEvent(ElectionEventKind.Ready)));

    /// <summary>SHA-256 of what must agree; sent to the peer and compared with its own.</summary>
    /// <param name="config">32 bytes.</param>
    /// <param name="bundle">32 bytes; all zero: no bundle.</param>
    public void SetFingerprints(ReadOnlySpan<byte> config, ReadOnlySpan<byte> bundle)
    {
        if (config.Length != HeartbeatLayout.PrintBytes || bundle.Length != HeartbeatLayout.PrintBytes) throw new ArgumentException("32 bytes each");
        byte[] both = [.. config, .. bundle];
        lock (_gate)
        {
            both.CopyTo(_prints.AsSpan());
            _thread?.Post(new NodeCommand(ElectionEvent.Timer, Fingerprints: both));
        }
    }

    /// <summary>
    /// Replaces the cluster secret without a silence: list a new key second on both nodes, then first, then drop the old one, with this
    /// call after each step.
    /// </summary>
    /// <param name="keys">The first signs, all verify; at least one.</param>
    public void SetKeys(ImmutableArray<ClusterKey> keys) => Post(new NodeCommand(ElectionEvent.Timer, Keys: new HeartbeatKeys(keys)));

    /// <summary>The operator's standby: while on, the node is Unfit.</summary>
    /// <param name="on">On or off.</param>
    /// <param name="reason">For the log.</param>
    public void SetStandby(bool on, string reason)
    {
        VrrpLog.Standby(_log, on, reason);
        Post(new NodeCommand(ElectionEvent.Switch(ElectionEventKind.Standby, on)));
    }

    /// <summary>False: the event loops do not move; the node is Unfit until true again.</summary>
    public void ReportDataPlane(bool alive) => Post(new NodeCommand(ElectionEvent.Switch(ElectionEventKind.DataPlaneStalled, !alive)));

    /// <summary>Whether every tracked upstream has a healthy server; a node without one yields to a fit peer.</summary>
    public void ReportUpstreams(bool enough) => Post(new NodeCommand(ElectionEvent.Switch(ElectionEventKind.UpstreamsShort, !enough)));

    /// <summary>Whether the traffic received in one whole interval of bandwidth monitoring reached the minimum.</summary>
    public void ReportBandwidth(bool enough) => Post(new NodeCommand(ElectionEvent.Switch(ElectionEventKind.BandwidthLow, !enough)));

    /// <summary>The operator's `ha reset`: leaves Bypass, forgets flaps and what bandwidth monitoring found.</summary>
    public void Reset() => Post(new NodeCommand(new ElectionEvent(ElectionEventKind.Reset)));

    /// <summary>Gives the role to the peer. Draining is the caller's job, before this call.</summary>
    /// <param name="force">Also when the peer's config fingerprint differs.</param>
    /// <param name="routerId">The group; null: all that are Active here.</param>
    /// <param name="cancellation">Stops waiting; what was begun goes on.</param>
    public Task<HandoverResult> HandoverAsync(bool force, byte? routerId, CancellationToken cancellation)
    {
        var order = new HandoverOrder(force, routerId);
        lock (_gate)
        {
            if (_thread is null || _stopped is not null) order.Finish(false, "the node does not run");
            else _thread.Post(new NodeCommand(new ElectionEvent(ElectionEventKind.Handover), order));
        }

        return order.Task.WaitAsync(cancellation);
    }

    /// <summary>The current view; never waits for the heartbeat thread.</summary>
    /// <exception cref="InvalidOperationException">Not started.</exception>
    public HaStatus GetStatus()
    {
        if (_thread is not { } thread || _sockets is not { } sockets) throw new InvalidOperationException("not started");
        NodeView view = thread.View();
        ImmutableArray<HaGroupStatus> groups = StatusReader.GroupsOf(sockets.Groups, view, HeartbeatThread.Now(), _time.GetUtcNow());
        HaGroupStatus shown = groups.FirstOrDefault(group => group.Role == HaRole.Active) ?? groups[0];
        return new HaStatus
        {
            Role = shown.Role,
            Reason = shown.Reason,
            Since = shown.Since,
            Priority = shown.Priority,
            Groups = groups,
            Peer = StatusReader.PeerOf(sockets.Groups, view),
            Monitors = StatusReader.MonitorsOf(_settings, sockets.Groups, view),
            AddressesHeld = [.. groups.Where(group => group.Held).SelectMany(group => group.VirtualAddresses)],
            Counters = _tallies.Snapshot(),
            Lateness = _lateness.Summary(),
        };
    }

    /// <summary>Leaves: addresses dropped, then said on both paths. Completes when the thread has ended. Idempotent.</summary>
    public Task StopAsync()
    {
        lock (_gate) return _stopped ??= EndAsync();
    }

    /// <summary>Removes leftover virtual addresses of ours from a dead daemon, and the links and settings of virtual MACs.</summary>
    /// <param name="settings">The pair's settings.</param>
    /// <param name="sayLeaving">Also send one advert of priority 0.</param>
    /// <exception cref="HaStartException">No such interface, missing capability.</exception>
    public static CleanupResult Cleanup(HaSettings settings, bool sayLeaving)
    {
        using NodeSockets sockets = NodeSockets.Open(settings, toRun: false);
        ImmutableArray<VirtualAddress> removed = sockets.RemoveLeftovers();
        bool said = sayLeaving;
        foreach (GroupAddresses group in sockets.Groups) said = said && ElectionDriver.SendFarewell(group, sockets);
        return new CleanupResult(removed, said);
    }

    /// <summary>Stops as <see cref="StopAsync"/> does and waits for it.</summary>
    public void Dispose() => StopAsync().GetAwaiter().GetResult();

    private void Launch(NodeSockets sockets)
    {
        long nowNs = HeartbeatThread.Now();
        var notices = new NoticeDesk(_notices.Writer) { NowNs = nowNs };
        var links = new LinkWatch(sockets.Routes, _settings, sockets.InterfaceIndex, sockets.Link.Carrier);
        LanWitness witness = Witness(sockets);
        GroupSeat[] seats = [.. sockets.Groups.Select(group => Seat(sockets, group, notices, nowNs))];
        foreach (GroupAddresses group in sockets.Groups) Rehearsal.Play(group);
        _sockets = sockets;
        _thread = new HeartbeatThread(sockets, seats, notices, witness, links, _lateness);
        _gatewayTimer = _time.CreateTimer(_ => witness.SetGateways(GatewayTable.Read(_settings.Interface, sockets.Own.Ip4 != 0, sockets.Nd is not null)), null, TimeSpan.Zero, GatewayPeriod);
        _pump = Task.Run(PumpAsync);
        new Thread(RunThread) { Name = "ha-heartbeat", IsBackground = true }.Start();
    }

    private LanWitness Witness(NodeSockets sockets)
    {
        ImmutableArray<ulong> macs = [sockets.Link.Mac];
        if (_settings.VirtualMac) macs = [.. macs, .. _settings.Groups.SelectMany(g => new[] { VirtualMac.Of(g.VirtualRouterId, false), VirtualMac.Of(g.VirtualRouterId, true) })];
        ImmutableArray<UInt128> own = [.. new[] { sockets.Own.Ip4, sockets.Own.LinkLocal }.Where(address => address != 0)];
        return new LanWitness(macs, own, [.. sockets.Groups.SelectMany(group => group.Addresses.Numbers)], [.. _settings.Witnesses.Select(AddressNumber.Of)]);
    }

    private GroupSeat Seat(NodeSockets sockets, GroupAddresses group, NoticeDesk notices, long nowNs)
    {
        byte routerId = group.Group.VirtualRouterId;
        HeartbeatSession? session = null;
        if (sockets.HaPort is not null)
        {
            byte[] nonce = RandomNumberGenerator.GetBytes(HeartbeatLayout.NonceBytes);
            session = new HeartbeatSession(new HeartbeatKeys(_settings.Keys), routerId, _settings.Node, nonce);
            session.SetFingerprints(_prints.AsSpan(0, HeartbeatLayout.PrintBytes), _prints.AsSpan(HeartbeatLayout.PrintBytes));
        }

        var ports = new LinuxPorts(sockets, routerId, group.Addresses, _tallies, notices);
        return new GroupSeat(group, session, ports, new ElectionDriver(group.Driver, session, ports, _tallies, nowNs, sockets.Link.Carrier));
    }

    private void RunThread()
    {
        try
        {
            _thread?.Run();
        }
        catch (Exception e)
        {
            // Nothing can be asserted without this thread: say so loudly; the kernel removes the addresses by their lifetime.
            VrrpLog.ThreadDied(_log, e);
        }
        finally
        {
            _notices.Writer.TryComplete();
            _threadEnded.TrySetResult();
        }
    }

    private void Post(NodeCommand command)
    {
        lock (_gate) _thread?.Post(command);
    }

    private async Task EndAsync()
    {
        if (_thread is not { } thread) return;
        thread.Post(new NodeCommand(new ElectionEvent(ElectionEventKind.Stop)));
        await _threadEnded.Task.ConfigureAwait(false);
        if (_gatewayTimer is not null) await _gatewayTimer.DisposeAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    private async Task PumpAsync()
    {
        await foreach (HaNotice notice in _notices.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                Tell(notice);
            }
            catch (Exception e)
            {
                VrrpLog.HandlerFailed(_log, e);
            }
        }
    }

    private void Tell(in HaNotice notice)
    {
        NoticeLog.Write(_log, notice);
        if (notice.Kind == HaNoticeKind.Transition)
        {
            Transitioned?.Invoke(new HaTransition(notice.RouterId, notice.From, notice.To, notice.Reason.Text(), _time.GetUtcNow()));
        }
        else if (notice.Kind == HaNoticeKind.HandoverWanted)
        {
            if (HandoverWanted is { } ask) ask(notice.RouterId);
            else Post(new NodeCommand(new ElectionEvent(ElectionEventKind.Handover), new HandoverOrder(force: false, notice.RouterId)));
        }
    }
}
