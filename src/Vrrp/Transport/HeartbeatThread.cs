using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Interop;
using Appliance.Vrrp.Monitors;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>
/// The thread that must not be late: one wait over its sockets, netlink, commands and the next absolute deadline. Takes no lock that
/// it could wait for, allocates nothing on its steady path, measures its own lateness.
/// </summary>
internal sealed class HeartbeatThread
{
    /// <summary>Packets taken from one socket in a row; then deadlines are looked at again, whatever a flood brings.</summary>
    private const int PacketsPerTurn = 32;
    private const long LinkPollNs = 1_000_000_000;
    private readonly NodeSockets _sockets;
    private readonly ElectionDriver _driver;
    private readonly LinuxPorts _ports;
    private readonly LanWitness _witness;
    private readonly LatenessHistogram _lateness;
    private readonly ConcurrentQueue<NodeCommand> _commands = new();
    private readonly Descriptor _wake = Descriptor.Event();
    private readonly PollEntry[] _poll;
    private readonly byte[] _buffer = new byte[2048];
    private readonly object _viewGate = new();
    private readonly long _warnNs;
    private NodeView _view;
    private HandoverOrder? _handover;
    private long _handoverLimitNs;
    private long _probeAtNs = ElectionState.Never;
    private long _linkPollAtNs;
    private int _peerNameVersion = -1;
    private string _peerName = "";
    private bool _witnessKnown;
    private PeerReachability _reachability = PeerReachability.Unreachable;
    private bool _stopping;

    public HeartbeatThread(NodeSockets sockets, ElectionDriver driver, LinuxPorts ports, LanWitness witness, LatenessHistogram lateness)
    {
        (_sockets, _driver, _ports, _witness, _lateness) = (sockets, driver, ports, witness, lateness);
        _warnNs = sockets.Driver.Election.IntervalNs / 2;
        _poll =
        [
            Entry(_wake.Raw), Entry(sockets.Watch.Raw), Entry(sockets.Lan.Raw), Entry(sockets.HaPort?.Raw ?? -1), Entry(sockets.Arp?.Raw ?? -1),
        ];
        _linkPollAtNs = Now() + LinkPollNs;
        Publish(Now());
    }

    /// <summary>Monotonic nanoseconds.</summary>
    public static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Any thread.</summary>
    public void Post(NodeCommand command)
    {
        _commands.Enqueue(command);
        _wake.Signal();
    }

    /// <summary>Any thread; the heartbeat skips publishing rather than wait for a reader.</summary>
    public NodeView View()
    {
        lock (_viewGate) return _view;
    }

    /// <summary>Runs until a Stop event has been carried out, then closes all.</summary>
    public void Run()
    {
        _lateness.RealTime = ThreadRank.Raise();
        try
        {
            while (!_stopping) Turn();
        }
        finally
        {
            _handover?.Finish(false, "the node stopped");
            while (_commands.TryDequeue(out NodeCommand? left)) left.Handover?.Finish(false, "the node stopped");
            Publish(Now());
            _sockets.Dispose();
        }
    }

    private static PollEntry Entry(int descriptor) => new() { Descriptor = descriptor, Wanted = PollEntry.Readable };

    private void Turn()
    {
        long nextNs = Math.Min(_driver.NextDeadlineNs, Math.Min(_probeAtNs, _linkPollAtNs));
        long waitNs = Math.Max(0, nextNs - Now());
        var timeout = new TimeSpec(waitNs);
        int ready = LibC.Poll(_poll, _poll.Length, ref timeout, 0);
        long nowNs = Now();
        _ports.NowNs = nowNs;
        if (nowNs >= nextNs) OnDeadline(nowNs, nowNs - nextNs);
        if (ready > 0) OnReady(nowNs);
        ApplyCommands(nowNs);
        FollowWitness(nowNs);
        WatchHandover(nowNs);
        ReportPeer(nowNs);
        Publish(nowNs);
    }

    private void OnDeadline(long nowNs, long lateNs)
    {
        _lateness.Record(lateNs);
        if (lateNs > _warnNs) _ports.Limited(new HaNotice(HaNoticeKind.Late, 0) with { Address = (uint)Math.Min(lateNs / 1000, uint.MaxValue) });
        _driver.OnTimer(nowNs);
        if (nowNs >= _probeAtNs || _probeAtNs == ElectionState.Never) Probe(nowNs);
        if (nowNs < _linkPollAtNs) return;
        _linkPollAtNs = nowNs + LinkPollNs;
        PollLink(nowNs);
    }

    private void Probe(long nowNs)
    {
        if (_sockets.Arp is not { } arp || !_witness.HasAny) return;
        _probeAtNs = nowNs + _sockets.Driver.ProbeIntervalNs;
        UInt128 asked = _witness.NextToAsk();
        if (asked != 0) arp.Probe((uint)_sockets.Driver.Election.LanAddress, (uint)asked);
    }

    private void PollLink(long nowNs)
    {
        bool carrier = _sockets.Routes.TryGetLink(_sockets.InterfaceIndex, out InterfaceLink link) && link.Carrier;
        SetCarrier(carrier, nowNs);
    }

    private void SetCarrier(bool carrier, long nowNs)
    {
        if (carrier != _driver.State.Carrier) _driver.Apply(ElectionEvent.Switch(ElectionEventKind.Carrier, carrier), nowNs);
    }

    private void OnReady(long nowNs)
    {
        if (_poll[0].Happened != 0) _wake.ClearSignal();
        if (_poll[1].Happened != 0) ReadRoutes(nowNs);
        if (_poll[3].Happened != 0) ReadHaPort();
        if (_poll[2].Happened != 0) ReadLan();
        if (_poll[4].Happened != 0) ReadArp();
    }

    private void ReadRoutes(long nowNs)
    {
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            ReadOnlySpan<byte> rest = _sockets.Watch.Receive(out bool lost);
            if (lost) PollLink(nowNs);
            if (rest.IsEmpty) return;
            while (RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message)) OnRouteMessage(message, nowNs);
        }
    }

    private void OnRouteMessage(ReadOnlySpan<byte> message, long nowNs)
    {
        switch (RouteMessage.TypeOf(message))
        {
            case RouteNumbers.NewLink or RouteNumbers.DeleteLink:
                if (RouteMessage.TryReadLink(message, out InterfaceLink link) && link.Index == _sockets.InterfaceIndex) SetCarrier(link.Carrier, nowNs);
                break;
            case RouteNumbers.DeleteAddress:
                if (_driver.State.Asserts && RouteMessage.TryReadAddress(message, out InterfaceAddress gone)
                    && gone.InterfaceIndex == _sockets.InterfaceIndex && _sockets.Addresses.IsOurs(gone.Address))
                {
                    _ports.RepairAddress(gone.Address);
                }

                break;
        }
    }

    private void ReadLan()
    {
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            int length = _sockets.Lan.Receive(_buffer);
            if (length <= 0) return;
            _driver.OnLanPacket(_buffer.AsSpan(0, length), 0, Now());
        }
    }

    private void ReadHaPort()
    {
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            int length = _sockets.HaPort?.Receive(_buffer.AsSpan(0, HeartbeatLayout.MaximumBytes)) ?? 0;
            if (length == 0 || (length < 0 && Marshal.GetLastPInvokeError() != SocketNumbers.ConnectionRefused)) return;
            if (length > 0) _driver.OnHaDatagram(_buffer.AsSpan(0, length), Now());
        }
    }

    private void ReadArp()
    {
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            int length = _sockets.Arp?.Receive(_buffer) ?? 0;
            if (length <= 0) return;
            if (!ArpFrame.TryRead(_buffer.AsSpan(0, length), out ArpFrame frame)) continue;
            long nowNs = Now();
            ArpVerdict verdict = _witness.Judge(frame.Seen, _driver.State.Peer.LanAddress, nowNs);
            if (verdict is ArpVerdict.Evidence or ArpVerdict.Witness) _driver.Apply(new ElectionEvent(ElectionEventKind.EvidenceHeard), nowNs);
            if (verdict == ArpVerdict.ClaimsVirtualAddress && _driver.State.Asserts) _ports.Limited(new HaNotice(HaNoticeKind.DuplicateAddress, 0, frame.SenderAddress));
        }
    }

    private void ApplyCommands(long nowNs)
    {
        while (_commands.TryDequeue(out NodeCommand? command))
        {
            if (command.Fingerprints is { } both) _driver.Session?.SetFingerprints(both.AsSpan(0, HeartbeatLayout.PrintBytes), both.AsSpan(HeartbeatLayout.PrintBytes));
            if (command.Handover is { } order) BeginHandover(order, nowNs);
            else _driver.Apply(command.Event, nowNs);
            if (command.Event.Kind == ElectionEventKind.Stop) _stopping = true;
        }
    }

    private void BeginHandover(HandoverOrder order, long nowNs)
    {
        if (_handover is not null)
        {
            order.Finish(false, "another handover is under way");
            return;
        }

        bool accepted = order.Force || SamePrint(0) == true;
        HandoverRefusal refusal = _driver.Apply(ElectionEvent.Switch(ElectionEventKind.Handover, accepted), nowNs);
        if (refusal != HandoverRefusal.None)
        {
            order.Finish(false, StatusText.Of(refusal));
            return;
        }

        _handover = order;
        _handoverLimitNs = nowNs + 20 * _sockets.Driver.Election.IntervalNs + 1_000_000_000;
    }

    private void WatchHandover(long nowNs)
    {
        if (_handover is not { } order) return;
        ElectionState state = _driver.State;
        if (state.PeerAlive && state.Peer.Role == HaRole.Active) order.Finish(true, "the peer is active");
        else if (state.Role == HaRole.Active) order.Finish(false, "the peer did not take the role; this node took it back");
        else if (nowNs >= _handoverLimitNs) order.Finish(false, "the peer did not say that it is active");
        else return;
        _handover = null;
    }

    private void FollowWitness(long nowNs)
    {
        if (_witness.Known == _witnessKnown) return;
        _witnessKnown = _witness.Known;
        _driver.Apply(ElectionEvent.Switch(ElectionEventKind.WitnessKnown, _witnessKnown), nowNs);
    }

    private void ReportPeer(long nowNs)
    {
        ElectionSettings settings = _sockets.Driver.Election;
        if (ElectionViews.PrimaryConflict(settings, _driver.State)) _ports.Limited(new HaNotice(HaNoticeKind.PrimaryConflict));
        PeerReachability now = StatusText.ReachabilityOf(_driver.State, nowNs);
        if (!settings.HasPeer || now == _reachability) return;
        _reachability = now;
        _ports.Always(new HaNotice(HaNoticeKind.PeerState, (long)now));
    }

    /// <summary>Compares one fingerprint with the peer's; null: not known.</summary>
    private bool? SamePrint(int which)
    {
        if (_driver.Session is not { } session || !_driver.State.PeerAlive) return null;
        int at = which * HeartbeatLayout.PrintBytes;
        return session.OwnPrints.Slice(at, HeartbeatLayout.PrintBytes).SequenceEqual(session.PeerPrints.Slice(at, HeartbeatLayout.PrintBytes));
    }

    private void Publish(long nowNs)
    {
        if (_driver.Session is { } session && session.PeerNameVersion != _peerNameVersion)
        {
            _peerNameVersion = session.PeerNameVersion;
            _peerName = session.PeerName;
        }

        if (!Monitor.TryEnter(_viewGate)) return;
        try
        {
            _view.State = _driver.State;
            _view.NowNs = nowNs;
            _view.RoundTripNs = _driver.Session?.RoundTripNs ?? -1;
            _view.Holding = _sockets.Addresses.Holding;
            _view.WitnessAsked = _witness.HasAny;
            _view.WitnessKnown = _witness.Known;
            _view.WitnessAnsweredNs = _witness.AnsweredNs;
            _view.PeerName = _peerName;
            _view.SameConfig = SamePrint(0);
            _view.SameBundle = SamePrint(1);
        }
        finally
        {
            Monitor.Exit(_viewGate);
        }
    }
}
