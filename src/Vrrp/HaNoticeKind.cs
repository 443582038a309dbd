namespace Appliance.Vrrp;

/// <summary>What the heartbeat thread tells the rest of the process.</summary>
internal enum HaNoticeKind
{
    Transition,
    HandoverWanted,
    DualActive,
    Slept,
    SpoofedAdvert,
    AdvertRefused,
    HeartbeatRefused,
    AdvertDiffers,
    Late,
    AddressRepaired,
    AddressFailed,
    DuplicateAddress,
    PeerState,
    PrimaryConflict,
}
