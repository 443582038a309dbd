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

    /// <summary>How often an Active group asks the LAN for one of its own addresses.</summary>
    private const long AskOwnNs = 1_000_000_000;
    private readonly NodeSockets _sockets;
    private readonly GroupSeat[] _seats;
    private readonly NoticeDesk _notices;
    private readonly LanWitness _witness;
    private readonly LatenessHistogram _lateness;
    private readonly LinkWatch _links;
    private readonly HandoverWatch _handover;
    private readonly ConcurrentQueue<NodeCommand> _commands = new();
    private readonly Descriptor _wake = Descriptor.Event();
    private readonly PollEntry[] _poll;
    private readonly byte[] _buffer = new byte[2048];
    private readonly ViewDesk _views;
    private readonly long _warnNs;
    private readonly long _linkPollNs;
    private long _askOwnAtNs;
    private long _probeAtNs = ElectionState.Never;
    private long _linkPollAtNs;
    private bool _witnessKnown;
    private PeerReachability _reachability = PeerReachability.Unreachable;
    private bool _stopping;

    public HeartbeatThread(NodeSockets sockets, GroupSeat[] seats, NoticeDesk notices, LanWitness witness, LinkWatch links, LatenessHistogram lateness)
    {
        (_sockets, _seats, _notices, _witness, _links, _lateness) = (sockets, seats, notices, witness, links, lateness);
        _handover = new HandoverWatch(seats);
        _views = new ViewDesk(seats, witness, links.Monitor);
        _warnNs = sockets.Driver.Election.IntervalNs / 2;
        _linkPollNs = sockets.Settings.Links.Interval.Ticks * 100;
        _poll =
        [
            Entry(_wake.Raw), Entry(sockets.Watch.Raw), Entry(sockets.Lan?.Raw ?? -1), Entry(sockets.HaPort?.Raw ?? -1), Entry(sockets.Arp?.Raw ?? -1),
            Entry(sockets.Lan6?.Raw ?? -1), Entry(sockets.Nd?.Raw ?? -1),
        ];
        _linkPollAtNs = Now() + _linkPollNs;
        _askOwnAtNs = Now() + AskOwnNs;
        foreach (GroupSeat seat in seats) TellLinks(seat, Now());
        _views.Publish(Now());
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
    public NodeView View() => _views.Read();

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
            _handover.Abandon("the node stopped");
            while (_commands.TryDequeue(out NodeCommand? left)) left.Handover?.Finish(false, "the node stopped");
            _views.Publish(Now());
            _sockets.Dispose();
        }
    }

    private static PollEntry Entry(int descriptor) => new() { Descriptor = descriptor, Wanted = PollEntry.Readable };

    private void Turn()
    {
        long nextNs = Math.Min(Math.Min(_probeAtNs, _linkPollAtNs), Math.Min(_askOwnAtNs, _links.Monitor.NextNs));
        foreach (GroupSeat seat in _seats) nextNs = Math.Min(nextNs, seat.Driver.NextDeadlineNs);
        long waitNs = Math.Max(0, nextNs - Now());
        var timeout = new TimeSpec(waitNs);
        int ready = LibC.Poll(_poll, _poll.Length, ref timeout, 0);
        long nowNs = Now();
        _notices.NowNs = nowNs;
        if (nowNs >= nextNs) OnDeadline(nowNs, nowNs - nextNs);
        if (ready > 0) OnReady(nowNs);
        if (_links.Monitor.Settle(nowNs)) TellLinks(nowNs);
        ApplyCommands(nowNs);
        FollowWitness(nowNs);
        _handover.Look(nowNs);
        ReportPeer(nowNs);
        _views.Publish(nowNs);
    }

    private void OnDeadline(long nowNs, long lateNs)
    {
        _lateness.Record(lateNs, nowNs);
        if (lateNs > _warnNs) _notices.Limited(new HaNotice(HaNoticeKind.Late, 0) with { Address = (uint)Math.Min(lateNs / 1000, uint.MaxValue) });
        foreach (GroupSeat seat in _seats) seat.Driver.OnTimer(nowNs);
        if (nowNs >= _probeAtNs || _probeAtNs == ElectionState.Never) Probe(nowNs);
        if (nowNs >= _askOwnAtNs) AskForOwnAddresses(nowNs);
        if (nowNs < _linkPollAtNs) return;
        _linkPollAtNs = nowNs + _linkPollNs;
        _links.Poll(nowNs);
    }

    private void Probe(long nowNs)
    {
        if (!_witness.HasAny) return;
        _probeAtNs = nowNs + _sockets.Driver.ProbeIntervalNs;
        UInt128 asked = _witness.NextToAsk();
        if (asked != 0) _sockets.Ask(asked);
    }

    private void AskForOwnAddresses(long nowNs)
    {
        _askOwnAtNs = nowNs + AskOwnNs;
        foreach (GroupSeat seat in _seats)
        {
            if (seat.Driver.State.Asserts) seat.Ports.AskForOwnAddress();
        }
    }

    private void TellLinks(long nowNs)
    {
        foreach (GroupSeat seat in _seats) TellLinks(seat, nowNs);
    }

    private void TellLinks(GroupSeat seat, long nowNs)
    {
        LinkMonitor links = _links.Monitor;
        ElectionState known = seat.Driver.State;
        if (known.Carrier != links.Carrier) seat.Driver.Apply(ElectionEvent.Switch(ElectionEventKind.Carrier, links.Carrier), nowNs);
        if (known.LinksShort != links.TooFew || known.ActivePairs != links.ActivePairs)
        {
            seat.Driver.Apply(ElectionEvent.Links(links.TooFew, links.ActivePairs), nowNs);
        }
    }

    private void OnReady(long nowNs)
    {
        if (_poll[0].Happened != 0) _wake.ClearSignal();
        if (_poll[1].Happened != 0) ReadRoutes(nowNs);
        if (_poll[3].Happened != 0) ReadHaPort();
        if (_poll[2].Happened != 0) ReadLan(ip6: false);
        if (_poll[5].Happened != 0) ReadLan(ip6: true);
        if (_poll[4].Happened != 0) ReadArp();
        if (_poll[6].Happened != 0) ReadNd();
    }

    private void ReadRoutes(long nowNs)
    {
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            ReadOnlySpan<byte> rest = _sockets.Watch.Receive(out bool lost);
            if (lost) _links.Poll(nowNs);
            if (rest.IsEmpty) return;
            while (RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message)) OnRouteMessage(message, nowNs);
        }
    }

    private void OnRouteMessage(ReadOnlySpan<byte> message, long nowNs)
    {
        switch (RouteMessage.TypeOf(message))
        {
            case RouteNumbers.NewLink or RouteNumbers.DeleteLink:
                _links.OnMessage(message, nowNs);
                break;
            case RouteNumbers.DeleteAddress:
                if (RouteMessage.TryReadAddress(message, out InterfaceAddress gone)) Repair(gone);
                break;
        }
    }

    private void Repair(in InterfaceAddress gone)
    {
        foreach (GroupSeat seat in _seats)
        {
            if (seat.Driver.State.Asserts && seat.Bound.Addresses.IsOurs(gone)) seat.Ports.RepairAddress(gone.Address);
        }
    }

    private void ReadLan(bool ip6)
    {
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            int length = ip6 ? _sockets.Lan6?.Receive(_buffer) ?? 0 : _sockets.Lan?.Receive(_buffer) ?? 0;
            if (length <= 0) return;
            ReadOnlySpan<byte> packet = _buffer.AsSpan(0, length);
            SeatOf(VrrpReader.PeekRouterId(packet)).Driver.OnLanPacket(packet, 0, Now());
        }
    }

    private void ReadHaPort()
    {
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            int length = _sockets.HaPort?.Receive(_buffer.AsSpan(0, HeartbeatLayout.MaximumBytes)) ?? 0;
            if (length == 0 || (length < 0 && Marshal.GetLastPInvokeError() != SocketNumbers.ConnectionRefused)) return;
            if (length < 0) continue;
            ReadOnlySpan<byte> datagram = _buffer.AsSpan(0, length);
            SeatOf(length > HeartbeatLayout.RouterId ? datagram[HeartbeatLayout.RouterId] : (byte)0).Driver.OnHaDatagram(datagram, Now());
        }
    }

    /// <summary>The group a packet says it is for; the first one refuses, with the right reason, what is for none.</summary>
    private GroupSeat SeatOf(byte routerId)
    {
        foreach (GroupSeat seat in _seats)
        {
            if (seat.RouterId == routerId) return seat;
        }

        return _seats[0];
    }

    private void ReadArp()
    {
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            int length = _sockets.Arp?.Receive(_buffer) ?? 0;
            if (length <= 0) return;
            if (ArpFrame.TryRead(_buffer.AsSpan(0, length), out ArpFrame frame)) OnSighting(frame.Seen);
        }
    }

    private void ReadNd()
    {
        for (int i = 0; i < PacketsPerTurn; i++)
        {
            int length = _sockets.Nd?.Receive(_buffer) ?? 0;
            if (length <= 0) return;
            if (NdFrame.TryRead(_buffer.AsSpan(0, length), out NdFrame frame)) OnSighting(frame.Seen);
        }
    }

    private void OnSighting(in Sighting seen)
    {
        long nowNs = Now();
        ArpVerdict verdict = _witness.Judge(seen, _seats[0].Driver.State.Peer.LanAddress, nowNs);
        if (verdict is ArpVerdict.Evidence or ArpVerdict.Witness) ApplyToAll(new ElectionEvent(ElectionEventKind.EvidenceHeard), nowNs);
        if (verdict == ArpVerdict.ClaimsVirtualAddress) NoticeClaim(seen.Address);
    }

    private void NoticeClaim(UInt128 address)
    {
        foreach (GroupSeat seat in _seats)
        {
            if (seat.Driver.State.Asserts && seat.Bound.Addresses.IsOurs(address)) _notices.Limited(new HaNotice(HaNoticeKind.DuplicateAddress, 0, address));
        }
    }

    private void ApplyToAll(in ElectionEvent happened, long nowNs)
    {
        foreach (GroupSeat seat in _seats) seat.Driver.Apply(happened, nowNs);
    }

    private void ApplyCommands(long nowNs)
    {
        while (_commands.TryDequeue(out NodeCommand? command))
        {
            if (command.Fingerprints is { } both)
            {
                foreach (GroupSeat seat in _seats) seat.Session?.SetFingerprints(both.AsSpan(0, HeartbeatLayout.PrintBytes), both.AsSpan(HeartbeatLayout.PrintBytes));
            }

            if (command.Keys is { } keys)
            {
                foreach (GroupSeat seat in _seats) seat.Session?.Use(keys);
            }

            if (command.Handover is { } order) _handover.Begin(order, nowNs);
            else ApplyToAll(command.Event, nowNs);
            if (command.Event.Kind == ElectionEventKind.Stop) _stopping = true;
        }
    }

    private void FollowWitness(long nowNs)
    {
        if (_witness.Known == _witnessKnown) return;
        _witnessKnown = _witness.Known;
        ApplyToAll(ElectionEvent.Switch(ElectionEventKind.WitnessKnown, _witnessKnown), nowNs);
    }

    private void ReportPeer(long nowNs)
    {
        if (!_sockets.Driver.Election.HasPeer) return;
        PeerReachability now = StatusText.ReachabilityOf(_seats[0].Driver.State, nowNs);
        foreach (GroupSeat seat in _seats)
        {
            if (ElectionViews.PrimaryConflict(seat.Bound.Driver.Election, seat.Driver.State)) _notices.Limited(new HaNotice(HaNoticeKind.PrimaryConflict));
            now = StatusText.Join(now, StatusText.ReachabilityOf(seat.Driver.State, nowNs));
        }

        if (now == _reachability) return;
        _reachability = now;
        _notices.Always(new HaNotice(HaNoticeKind.PeerState, (long)now));
    }
}
