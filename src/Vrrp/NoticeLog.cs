using System.ComponentModel;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.State;
using Appliance.Vrrp.Wire;
using Microsoft.Extensions.Logging;

namespace Appliance.Vrrp;

/// <summary>Notices of the heartbeat thread as log lines.</summary>
internal static class NoticeLog
{
    public static void Write(ILogger log, in HaNotice notice)
    {
        switch (notice.Kind)
        {
            case HaNoticeKind.Transition: VrrpLog.Transition(log, notice.From, notice.To, notice.Reason.Text()); break;
            case HaNoticeKind.HandoverWanted: VrrpLog.HandoverWanted(log); break;
            case HaNoticeKind.DualActive: VrrpLog.DualActive(log); break;
            case HaNoticeKind.Slept: VrrpLog.Slept(log); break;
            case HaNoticeKind.SpoofedAdvert: VrrpLog.SpoofedAdvert(log, AddressNumber.Text(notice.Address)); break;
            case HaNoticeKind.AdvertRefused: VrrpLog.AdvertRefused(log, ((RejectReason)notice.Number).Label()); break;
            case HaNoticeKind.HeartbeatRefused: VrrpLog.HeartbeatRefused(log, ((HeartbeatReject)notice.Number).Label()); break;
            case HaNoticeKind.AdvertDiffers: VrrpLog.AdvertDiffers(log, AddressNumber.Text(notice.Address)); break;
            case HaNoticeKind.Late: VrrpLog.Late(log, (double)notice.Address / 1000.0); break;
            case HaNoticeKind.AddressRepaired: VrrpLog.AddressRepaired(log, AddressNumber.Text(notice.Address)); break;
            case HaNoticeKind.AddressFailed: VrrpLog.AddressFailed(log, new Win32Exception((int)notice.Number).Message); break;
            case HaNoticeKind.DuplicateAddress: VrrpLog.DuplicateAddress(log, AddressNumber.Text(notice.Address)); break;
            case HaNoticeKind.PeerState: VrrpLog.PeerState(log, (PeerReachability)notice.Number); break;
            case HaNoticeKind.PrimaryConflict: VrrpLog.PrimaryConflict(log); break;
        }
    }
}
