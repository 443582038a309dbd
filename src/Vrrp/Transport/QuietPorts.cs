using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>Ports that reach nothing and tell nobody: for <see cref="Rehearsal"/>.</summary>
internal sealed class QuietPorts : IElectionPorts
{
    public bool SendAdvert(ReadOnlySpan<byte> packet) => true;

    public bool SendHeartbeat(ReadOnlySpan<byte> datagram) => true;

    public void HoldAddresses()
    {
    }

    public void DropAddresses()
    {
    }

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
