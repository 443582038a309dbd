namespace Appliance.Vrrp.Wire;

/// <summary>Flags of a datagram; unknown bits are ignored.</summary>
[Flags]
internal enum HeartbeatFlags : ushort
{
    None = 0,
    Primary = 1,
    Fit = 2,
    Leaving = 4,
    Listening = 8,
    LanSilent = 16,
    WantsRole = 32,
    SilenceTakeover = 64,
    Able = 128,
    BandwidthLow = 256,
    BandwidthFault = 512,
    BypassHolds = 1024,
}
