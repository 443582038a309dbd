namespace Appliance.Vrrp.State;

/// <summary>Why a node is in its role. The numbers are on the wire of the HA port.</summary>
internal enum HaReason : byte
{
    None = 0,
    WaitingForListeners = 1,
    WaitingForNews = 2,
    NobodyActive = 3,
    PeerDead = 4,
    PeerLeft = 5,
    PeerYielded = 6,
    LanSilent = 7,
    Owner = 8,
    Outranked = 9,
    PeerTookOverWhileAsleep = 10,
    HandedOver = 11,
    Standby = 12,
    DataPlaneStalled = 13,
    CarrierLost = 14,
    LanCut = 15,
    Stopping = 16,
    FitAgain = 17,
    LinksDown = 18,
    Upstreams = 19,
    Bandwidth = 20,
    TooManyFlaps = 21,
    Reset = 22,
    BypassOver = 23,
}
