namespace Appliance.Vrrp.State;

/// <summary>What the peer said of itself in its last authenticated heartbeat.</summary>
internal record struct PeerWord
{
    public HaRole Role;
    public byte Priority;
    public HaReason Reason;
    public LanEvidence Evidence;

    /// <summary>The address its adverts come from as a number (IPv4 zero-extended; of two families IPv4); 0: not said.</summary>
    public UInt128 LanAddress;
    public bool Primary;

    /// <summary>It could be Active now.</summary>
    public bool Fit;

    /// <summary>Fit, or kept out only by what its peer may suffer from as well (soft reasons, flaps): better than nobody.</summary>
    public bool Able;

    /// <summary>In Bypass, and holds the addresses at priority 1.</summary>
    public bool BypassHolds;

    /// <summary>Active and receiving too little.</summary>
    public bool BandwidthLow;

    /// <summary>It gave the role away because it received too little.</summary>
    public bool BandwidthFault;

    /// <summary>It stops; nothing more will come.</summary>
    public bool Leaving;

    /// <summary>Active, but just woke and asserts nothing yet.</summary>
    public bool Listening;

    /// <summary>It should hear our adverts and does not.</summary>
    public bool LanSilent;

    /// <summary>Preferred and ready to take the role back.</summary>
    public bool WantsRole;

    /// <summary>It became Active because our adverts stopped while our heartbeats went on.</summary>
    public bool SilenceTakeover;
}
