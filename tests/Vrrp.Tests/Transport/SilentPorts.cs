using Appliance.Vrrp;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Transport;
using Appliance.Vrrp.Wire;

namespace Vrrp.Tests.Transport;

/// <summary>Keeps the last bytes sent in place and allocates nothing, for measuring what the driver allocates.</summary>
internal sealed class SilentPorts : IElectionPorts
{
    public byte[] Advert { get; } = new byte[VrrpWire.MaximumPacketBytes];

    public int AdvertBytes { get; private set; }

    public byte[] Datagram { get; } = new byte[HeartbeatLayout.TotalBytes];

    public int Held { get; private set; }

    public bool SendAdvert(ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(Advert);
        AdvertBytes = packet.Length;
        return true;
    }

    public bool SendHeartbeat(ReadOnlySpan<byte> datagram)
    {
        datagram.CopyTo(Datagram);
        return true;
    }

    public void HoldAddresses() => Held++;

    public void DropAddresses() => Held = 0;

    public void Announce()
    {
    }

    public void OnTransition(HaRole from, HaRole to, HaReason reason)
    {
    }

    public void OnHandoverWanted()
    {
    }

    public void OnDualActive()
    {
    }

    public void OnSlept()
    {
    }

    public void OnSpoofedAdvert(UInt128 source)
    {
    }

    public void OnAdvertRefused(RejectReason reason)
    {
    }

    public void OnHeartbeatRefused(HeartbeatReject reason)
    {
    }

    public void OnAdvertDiffers(UInt128 source)
    {
    }
}
