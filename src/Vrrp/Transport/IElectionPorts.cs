using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>What a node does to the world. Two implementations: Linux, and a virtual network in the tests. One thread.</summary>
internal interface IElectionPorts
{
    /// <summary>A packet of protocol 112 of either family, IP header included. False: not sent.</summary>
    bool SendAdvert(ReadOnlySpan<byte> packet);

    /// <summary>A datagram to the peer's HA port. False: not sent.</summary>
    bool SendHeartbeat(ReadOnlySpan<byte> datagram);

    /// <summary>Adds the virtual addresses, or renews their lifetime.</summary>
    void HoldAddresses();

    void DropAddresses();

    /// <summary>One gratuitous ARP request or unsolicited neighbour advertisement for each virtual address.</summary>
    void Announce();

    void OnTransition(HaRole from, HaRole to, HaReason reason);

    void OnHandoverWanted();

    void OnDualActive();

    void OnSlept();

    void OnSpoofedAdvert(UInt128 source);

    void OnAdvertRefused(RejectReason reason);

    void OnHeartbeatRefused(HeartbeatReject reason);

    /// <summary>An accepted advert differs from this node's settings in interval or addresses.</summary>
    void OnAdvertDiffers(UInt128 source);
}
