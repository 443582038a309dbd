using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>The ports of one virtual router on a real machine. Logs nothing itself: notices go through a channel that never blocks the heartbeat.</summary>
internal sealed class LinuxPorts(NodeSockets sockets, byte routerId, AddressHolder addresses, HaTallies tallies, NoticeDesk notices) : IElectionPorts
{
    private int _asked;

    public bool SendAdvert(ReadOnlySpan<byte> packet) => sockets.SendAdvert(packet, routerId);

    public bool SendHeartbeat(ReadOnlySpan<byte> datagram) => sockets.HaPort is { } port && port.Send(datagram);

    public void HoldAddresses()
    {
        if (!addresses.Hold()) notices.Limited(new HaNotice(HaNoticeKind.AddressFailed, addresses.LastError));
    }

    public void DropAddresses()
    {
        if (!addresses.Drop()) notices.Limited(new HaNotice(HaNoticeKind.AddressFailed, addresses.LastError));
    }

    public void Announce()
    {
        foreach (UInt128 address in addresses.Numbers)
        {
            if (sockets.Announce(address, routerId)) tallies.Announcements++;
            else tallies.SendErrors++;
        }
    }

    /// <summary>Asks the LAN for the next of the virtual addresses: an answer from a third MAC is a duplicate.</summary>
    public void AskForOwnAddress()
    {
        _asked = (_asked + 1) % addresses.Numbers.Length;
        sockets.Ask(addresses.Numbers[_asked]);
    }

    public void RepairAddress(UInt128 address)
    {
        if (!addresses.Repair(address)) return;
        tallies.AddressesRepaired++;
        Announce();
        notices.Limited(new HaNotice(HaNoticeKind.AddressRepaired, 0, address));
    }

    public void OnTransition(HaRole from, HaRole to, HaReason reason) =>
        notices.Always(new HaNotice(HaNoticeKind.Transition, From: from, To: to, Reason: reason) { RouterId = routerId });

    public void OnHandoverWanted() => notices.Always(new HaNotice(HaNoticeKind.HandoverWanted) { RouterId = routerId });

    public void OnDualActive() => notices.Limited(new HaNotice(HaNoticeKind.DualActive));

    public void OnSlept() => notices.Limited(new HaNotice(HaNoticeKind.Slept));

    public void OnSpoofedAdvert(UInt128 source) => notices.Limited(new HaNotice(HaNoticeKind.SpoofedAdvert, 0, source));

    public void OnAdvertRefused(RejectReason reason)
    {
        // Other routers on the LAN are no fault; said once, in case the id is a mistake here.
        if (reason == RejectReason.UnknownRouterId) notices.Once(new HaNotice(HaNoticeKind.AdvertRefused, (long)reason));
        else notices.Limited(new HaNotice(HaNoticeKind.AdvertRefused, (long)reason));
    }

    public void OnHeartbeatRefused(HeartbeatReject reason)
    {
        // The first word of a restarted peer is no news for the log; the counter has it.
        if (reason != HeartbeatReject.NotEchoed) notices.Limited(new HaNotice(HaNoticeKind.HeartbeatRefused, (long)reason));
    }

    public void OnAdvertDiffers(UInt128 source) => notices.Limited(new HaNotice(HaNoticeKind.AdvertDiffers, 0, source));
}
