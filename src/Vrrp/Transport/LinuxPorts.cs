using System.Threading.Channels;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>The ports on a real machine. Logs nothing itself: notices go through a channel that never blocks the heartbeat.</summary>
internal sealed class LinuxPorts(NodeSockets sockets, HaTallies tallies, ChannelWriter<HaNotice> notices) : IElectionPorts
{
    private readonly NoticeGate _gate = new();

    /// <summary>The time of the current turn of the loop; for rate limits only.</summary>
    public long NowNs { get; set; }

    public bool SendAdvert(ReadOnlySpan<byte> packet) => sockets.Lan.Send(packet);

    public bool SendHeartbeat(ReadOnlySpan<byte> datagram) => sockets.HaPort is { } port && port.Send(datagram);

    public void HoldAddresses()
    {
        if (!sockets.Addresses.Hold()) Limited(new HaNotice(HaNoticeKind.AddressFailed, sockets.Addresses.LastError));
    }

    public void DropAddresses()
    {
        if (!sockets.Addresses.Drop()) Limited(new HaNotice(HaNoticeKind.AddressFailed, sockets.Addresses.LastError));
    }

    public void Announce()
    {
        if (sockets.Arp is not { } arp) return;
        foreach (uint address in sockets.Addresses.Numbers)
        {
            if (arp.Announce(address)) tallies.Announcements++;
            else tallies.SendErrors++;
        }
    }

    public void RepairAddress(uint address)
    {
        if (!sockets.Addresses.Repair(address)) return;
        tallies.AddressesRepaired++;
        Announce();
        Limited(new HaNotice(HaNoticeKind.AddressRepaired, 0, address));
    }

    public void OnTransition(HaRole from, HaRole to, HaReason reason) =>
        notices.TryWrite(new HaNotice(HaNoticeKind.Transition, From: from, To: to, Reason: reason));

    public void OnHandoverWanted() => notices.TryWrite(new HaNotice(HaNoticeKind.HandoverWanted));

    public void OnDualActive() => Limited(new HaNotice(HaNoticeKind.DualActive));

    public void OnSlept() => Limited(new HaNotice(HaNoticeKind.Slept));

    public void OnSpoofedAdvert(uint source) => Limited(new HaNotice(HaNoticeKind.SpoofedAdvert, 0, source));

    public void OnAdvertRefused(RejectReason reason) => Limited(new HaNotice(HaNoticeKind.AdvertRefused, (long)reason));

    public void OnHeartbeatRefused(HeartbeatReject reason)
    {
        // The first word of a restarted peer is no news for the log; the counter has it.
        if (reason != HeartbeatReject.NotEchoed) Limited(new HaNotice(HaNoticeKind.HeartbeatRefused, (long)reason));
    }

    public void OnAdvertDiffers(uint source) => Limited(new HaNotice(HaNoticeKind.AdvertDiffers, 0, source));

    /// <summary>At most one of a kind and number per period.</summary>
    public void Limited(in HaNotice notice)
    {
        if (_gate.Pass(notice.Kind, (int)notice.Number, NowNs)) notices.TryWrite(notice);
    }

    public void Always(in HaNotice notice) => notices.TryWrite(notice);
}
