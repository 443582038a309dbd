using System.Net;
using Appliance.Vrrp;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Transport;
using Appliance.Vrrp.Wire;

namespace Vrrp.Tests.Transport;

/// <summary>One node on the virtual network: the real driver, with ports that are lists. The kernel's part (address lifetime) goes on
/// while the node is dead or frozen.</summary>
internal sealed class VirtualNode(VirtualNetwork network, int index, HaSettings settings) : IElectionPorts
{
    private static int _starts;
    private DriverSettings? _driver;

    public ElectionDriver? Driver { get; private set; }

    public bool Frozen { get; set; }

    public Queue<VirtualDelivery> Inbox { get; } = new();

    public List<(long AtNs, HaRole From, HaRole To, HaReason Reason)> Transitions { get; } = [];

    public long AddressUntilNs { get; private set; } = long.MinValue;

    public long AnnouncedNs { get; private set; } = long.MinValue;

    public bool Carrier { get; private set; } = true;

    public bool AnswersWishes { get; set; } = true;

    public string Name => settings.Node;

    /// <summary>More flaps than allowed, a fit peer is heard, and still not out of the way.</summary>
    public bool FlapsTooMuch
    {
        get
        {
            if (!Runs || settings.Peer is null) return false;
            ElectionState state = Driver!.State; // runs, so it has one
            return state.Role is HaRole.Active or HaRole.Passive && state.PeerAlive && state.Peer.Fit
                && ElectionViews.FlapsWithin(_driver!.Election, state, state.SeenNs) > settings.MaximumFlaps;
        }
    }

    public bool Runs => Driver is not null && !Frozen;

    public bool Asserts => Runs && Driver!.State.Asserts;

    public bool Holds => network.NowNs < AddressUntilNs;

    public static HaSettings Settings(int index, VirtualSettings common) => new()
    {
        Node = index == 0 ? "a" : "b",
        Interface = "eth0",
        Groups =
        [
            new HaGroup
            {
                VirtualRouterId = 51,
                Primary = index == common.Primary || common.SamePrimary,
                VirtualAddresses = common.VirtualAddresses,
            },
        ],
        Address = common.HasPeer ? IPAddress.Parse($"198.51.100.{index + 1}") : null,
        Peer = common.HasPeer ? IPAddress.Parse($"198.51.100.{2 - index}") : null,
        Keys = [new ClusterKey(1, new byte[32])],
        PeerCheckInterval = TimeSpan.FromMilliseconds(common.IntervalMs),
        PeerFailureThreshold = common.Threshold,
        Preempt = common.Preempt,
        MaximumFlaps = common.MaximumFlaps,
        BypassAction = common.Passthrough ? HaBypassAction.Passthrough : HaBypassAction.Standby,
    };

    /// <summary>192.0.2.1 or .2, and fe80::1 or ::2.</summary>
    public static OwnAddresses Own(int index) => new(0xc0000201 + (uint)index, new UInt128(0xfe80_0000_0000_0000, 1 + (ulong)index), []);

    public void Start()
    {
        DriverSettings driver = _driver = DriverSettings.From(settings, settings.Groups[0], Own(index), 3);
        byte[] nonce = new byte[HeartbeatLayout.NonceBytes];
        BitConverter.TryWriteBytes(nonce, Interlocked.Increment(ref _starts));
        HeartbeatSession? session = settings.Peer is null ? null : new HeartbeatSession(new HeartbeatKeys(settings.Keys), 51, settings.Node, nonce);
        AddressUntilNs = long.MinValue; // a starting node removes its leftovers first
        Inbox.Clear();
        Frozen = false;
        Driver = new ElectionDriver(driver, session, this, new HaTallies(), network.NowNs, Carrier);
        if (network.Common.Witness) Apply(ElectionEvent.Switch(ElectionEventKind.WitnessKnown, true));
        Apply(new ElectionEvent(ElectionEventKind.Ready));
    }

    public void Kill()
    {
        Driver = null;
        Inbox.Clear();
    }

    public void Stop()
    {
        if (Runs) Apply(new ElectionEvent(ElectionEventKind.Stop));
        Kill();
    }

    public void SetCarrier(bool up)
    {
        Carrier = up;
        if (Runs) Apply(ElectionEvent.Switch(ElectionEventKind.Carrier, up));
    }

    /// <summary>While frozen it hears nothing; what a monitor would report again is reported after it woke.</summary>
    public void Apply(in ElectionEvent happened)
    {
        if (Frozen) return;
        Driver?.Apply(happened, network.NowNs);
    }

    /// <summary>Every monitor is content again.</summary>
    public void MakeFit()
    {
        Apply(ElectionEvent.Links(tooFew: false, activePairs: 2));
        Apply(ElectionEvent.Switch(ElectionEventKind.UpstreamsShort, false));
        Apply(ElectionEvent.Switch(ElectionEventKind.BandwidthLow, false));
        Apply(ElectionEvent.Switch(ElectionEventKind.DataPlaneStalled, false));
        Apply(ElectionEvent.Switch(ElectionEventKind.Standby, false));
    }

    public void Receive(VirtualDelivery delivery)
    {
        if (delivery.Path == VirtualPath.Lan) Driver?.OnLanPacket(delivery.Bytes, 3, network.NowNs);
        else Driver?.OnHaDatagram(delivery.Bytes, network.NowNs);
    }

    public bool SendAdvert(ReadOnlySpan<byte> packet) => network.Send(index, VirtualPath.Lan, packet);

    public bool SendHeartbeat(ReadOnlySpan<byte> datagram) => network.Send(index, VirtualPath.HaPort, datagram);

    public void HoldAddresses() => AddressUntilNs = network.NowNs + 3_000_000_000;

    public void DropAddresses() => AddressUntilNs = long.MinValue;

    public void Announce() => AnnouncedNs = network.NowNs;

    public void OnTransition(HaRole from, HaRole to, HaReason reason)
    {
        network.Judge(index, to, reason);
        Transitions.Add((network.NowNs, from, to, reason));
        network.Trace.Add($"{network.NowNs / 1e6:F3} {settings.Node} {from} -> {to} {reason}");
    }

    public void OnHandoverWanted() => network.WishedBy = index;

    public void OnDualActive() => network.Trace.Add($"{network.NowNs / 1e6:F3} {settings.Node} dual");

    public void OnSlept() => network.Trace.Add($"{network.NowNs / 1e6:F3} {settings.Node} slept");

    public void OnSpoofedAdvert(UInt128 source) => network.Trace.Add($"{network.NowNs / 1e6:F3} {settings.Node} spoof");

    public void OnAdvertRefused(RejectReason reason) => network.Trace.Add($"{network.NowNs / 1e6:F3} {settings.Node} refused {reason}");

    public void OnHeartbeatRefused(HeartbeatReject reason)
    {
    }

    public void OnAdvertDiffers(UInt128 source) => network.Trace.Add($"{network.NowNs / 1e6:F3} {settings.Node} differs");
}
