using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>
/// Bytes in, deeds out: reads packets, steps the pure election, carries out its actions through the ports in their fixed order,
/// and keeps the address lifetime and the announcements going. No sockets, no clock, no threads; allocates nothing after
/// construction.
/// </summary>
internal sealed class ElectionDriver
{
    /// <summary>An unknown nonce is answered at most this often, whatever is sent to us.</summary>
    private const long AnswerGapNs = 10_000_000;
    private readonly DriverSettings _settings;
    private readonly IElectionPorts _ports;
    private readonly HeartbeatSession? _session;
    private readonly byte[] _packet = new byte[VrrpWire.MaximumPacketBytes];
    private ElectionState _state;
    private AnnounceSchedule _announce = new();
    private long _refreshAtNs = ElectionState.Never;
    private long _answeredNs = long.MinValue;

    public ElectionDriver(DriverSettings settings, HeartbeatSession? session, IElectionPorts ports, HaTallies tallies, long nowNs, bool carrier)
    {
        _settings = settings;
        _session = session;
        _ports = ports;
        Tallies = tallies;
        _state = ElectionState.Begin(settings.Election, nowNs, carrier, [.. settings.KnownFlaps.Select(agoNs => nowNs - agoNs)]);
    }

    public HaTallies Tallies { get; }

    public ref readonly ElectionState State => ref _state;

    public HeartbeatSession? Session => _session;

    /// <summary>When <see cref="OnTimer"/> must be called next.</summary>
    public long NextDeadlineNs =>
        _state.Asserts ? Math.Min(_state.NextDeadlineNs, Math.Min(_announce.NextNs, _refreshAtNs)) : _state.NextDeadlineNs;

    public void OnTimer(long nowNs)
    {
        Apply(ElectionEvent.Timer, nowNs);
        if (!_state.Asserts) return;
        if (nowNs >= _refreshAtNs)
        {
            _refreshAtNs = nowNs + _settings.RefreshNs;
            _ports.HoldAddresses();
        }

        if (_announce.TakeDue(nowNs)) _ports.Announce();
    }

    /// <summary>Carries out one event.</summary>
    /// <returns>Why a handover was refused; None for other events.</returns>
    public HandoverRefusal Apply(in ElectionEvent happened, long nowNs)
    {
        HaRole before = _state.Role;
        ElectionResult result = Election.Step(_settings.Election, _state, happened, nowNs);
        _state = result.State;
        if (result.Actions.Deeds != ElectionDeeds.None) Execute(result.Actions, before, nowNs);
        return result.Actions.Refusal;
    }

    /// <summary>A packet of protocol 112, IP header first.</summary>
    public void OnLanPacket(ReadOnlySpan<byte> packet, int interfaceIndex, long nowNs)
    {
        RejectReason reason = VrrpReader.Read(packet, _settings.Expected, interfaceIndex, out VrrpAdvert advert);
        if (reason != RejectReason.None)
        {
            Tallies.Refused(reason);
            _ports.OnAdvertRefused(reason);
            return;
        }

        Tallies.AdvertsReceived++;
        if (advert.Checksum == VrrpChecksum.PseudoHeader) Tallies.AdvertsWithPseudoHeader++;
        bool same = _settings.PlanOf(advert.Ip6) is { } plan && advert.Addresses.SequenceEqual(plan.Addresses);
        if (advert.IntervalCs != _settings.IntervalCs || !same) _ports.OnAdvertDiffers(advert.Source);
        long spoofed = Tallies.SpoofedAdverts;
        Apply(ElectionEvent.Advert(advert.Priority, _settings.Comparable(advert.Ip6, advert.Source), advert.IntervalNs), nowNs);
        if (Tallies.SpoofedAdverts != spoofed) _ports.OnSpoofedAdvert(advert.Source);
    }

    /// <summary>A datagram that came to the HA port from the peer's address.</summary>
    public void OnHaDatagram(ReadOnlySpan<byte> datagram, long nowNs)
    {
        if (_session is null) return;
        HeartbeatReject reason = _session.Read(datagram, nowNs, out HeartbeatContent content);
        if (reason == HeartbeatReject.None)
        {
            Tallies.HeartbeatsReceived++;
            Apply(ElectionEvent.Heartbeat(content.Word), nowNs);
            return;
        }

        Tallies.Refused(reason);
        _ports.OnHeartbeatRefused(reason);
        if (reason != HeartbeatReject.NotEchoed || nowNs - AnswerGapNs < _answeredNs) return;
        _answeredNs = nowNs;
        Count(_ports.SendHeartbeat(_session.WriteAnswer(OwnContent(nowNs), nowNs)), ref Tallies.HeartbeatsSent);
    }

    /// <summary>Adverts of priority 0 on behalf of a daemon that is gone. False: some could not be sent.</summary>
    public static bool SendFarewell(GroupAddresses group, NodeSockets sockets)
    {
        Span<byte> packet = stackalloc byte[VrrpWire.MaximumPacketBytes];
        bool sent = true;
        foreach (AdvertPlan plan in group.Driver.Adverts)
        {
            sent &= sockets.SendAdvert(packet[..WriteAdvert(packet, group.Driver, plan, 0)], group.Group.VirtualRouterId);
        }

        return sent;
    }

    private void Execute(in ElectionActions actions, HaRole before, long nowNs)
    {
        if (actions.Has(ElectionDeeds.DropAddresses)) Drop();
        if (actions.Has(ElectionDeeds.SendHeartbeat)) SendHeartbeat(nowNs);
        if (actions.Has(ElectionDeeds.SendAdvert)) SendAdvert(actions.AdvertPriority);
        if (actions.Has(ElectionDeeds.TakeAddresses)) Take(nowNs);
        if (actions.Has(ElectionDeeds.AnnounceSeries)) StartAnnouncing(nowNs);
        else if (actions.Has(ElectionDeeds.AnnounceOnce) && _state.Asserts) _ports.Announce();
        Report(actions, before);
    }

    private void Drop()
    {
        _refreshAtNs = ElectionState.Never;
        _announce.Stop();
        _ports.DropAddresses();
    }

    private void Take(long nowNs)
    {
        _refreshAtNs = nowNs + _settings.RefreshNs;
        _ports.HoldAddresses();
    }

    private void StartAnnouncing(long nowNs)
    {
        _announce.Start(nowNs);
        if (_announce.TakeDue(nowNs)) _ports.Announce();
    }

    private void SendHeartbeat(long nowNs)
    {
        if (_session is null) return;
        Count(_ports.SendHeartbeat(_session.Write(OwnContent(nowNs), nowNs)), ref Tallies.HeartbeatsSent);

        // The word that this node leaves is its last: nothing repeats it, so it goes out twice.
        if (_state.Stopping) Count(_ports.SendHeartbeat(_session.Write(OwnContent(nowNs), nowNs)), ref Tallies.HeartbeatsSent);
    }

    private static int WriteAdvert(Span<byte> to, DriverSettings settings, AdvertPlan plan, byte priority) => VrrpWriter.WritePacket(to, new VrrpAdvert
    {
        Ip6 = plan.Ip6,
        RouterId = settings.Expected.RouterId,
        Priority = priority,
        IntervalCs = settings.IntervalCs,
        Source = plan.Source,
        Destination = plan.Destination,
        Addresses = plan.Addresses,
        Checksum = settings.Checksum,
    });

    private void SendAdvert(byte priority)
    {
        foreach (AdvertPlan plan in _settings.Adverts)
        {
            int length = WriteAdvert(_packet, _settings, plan, priority);
            Count(_ports.SendAdvert(_packet.AsSpan(0, length)), ref Tallies.AdvertsSent);
        }
    }

    private void Report(in ElectionActions actions, HaRole before)
    {
        if (actions.Has(ElectionDeeds.CountSpoof)) Tallies.SpoofedAdverts++;
        if (actions.Has(ElectionDeeds.CountSleep))
        {
            Tallies.Sleeps++;
            _ports.OnSlept();
        }

        if (actions.Has(ElectionDeeds.LogDualActive)) _ports.OnDualActive();
        if (actions.Has(ElectionDeeds.AskForHandover)) _ports.OnHandoverWanted();
        if (!actions.Has(ElectionDeeds.Notify) || before == _state.Role) return;
        Tallies.Transitions++;
        if (_state.Role == HaRole.Active) Tallies.Takeovers++;
        _ports.OnTransition(before, _state.Role, _state.Reason);
    }

    private HeartbeatContent OwnContent(long nowNs) => new()
    {
        Word = ElectionViews.OwnWord(_settings.Election, _state, nowNs),
        LinkPairs = _state.ActivePairs,
        IntervalUs = (uint)(_settings.Election.IntervalNs / 1000),
    };

    private void Count(bool sent, ref long tally)
    {
        if (sent) tally++;
        else Tallies.SendErrors++;
    }
}
