using System.Collections.Immutable;

namespace Appliance.Vrrp.State;

/// <summary>All that an election remembers. A value: copied by each step. Times are monotonic nanoseconds; Never: not armed.</summary>
internal record struct ElectionState
{
    public const long Never = long.MaxValue;

    public HaRole Role;
    public HaReason Reason;
    public long SinceNs;

    /// <summary>When the last step ran; a gap shows that the node slept.</summary>
    public long SeenNs;

    // What this node knows of itself.
    public bool Ready;
    public bool Standby;
    public bool DataPlaneStalled;
    public bool Stopping;
    public bool Carrier;
    public bool LinksShort;
    public byte ActivePairs;
    public bool UpstreamsShort;

    /// <summary>The last measurement, while Active.</summary>
    public bool BandwidthLow;

    /// <summary>This node gave the role away because it received too little, and nothing has shown since that it was not its fault.</summary>
    public bool BandwidthFault;

    /// <summary>Both nodes received too little, so it is the traffic; no fail-over for this until the rate was above the minimum once.</summary>
    public bool BandwidthExcused;

    /// <summary>When the active role was lost without an order, oldest first; bounded by the maximum. A new array for each flap.</summary>
    public ImmutableArray<long> Flaps;

    /// <summary>In Bypass: when it ends by itself.</summary>
    public long BypassUntilNs;

    /// <summary>In Bypass with `passthrough`: holds the addresses at priority 1.</summary>
    public bool BypassHolds;
    public bool WitnessKnown;

    /// <summary>Last sign of the LAN; long.MinValue: none yet.</summary>
    public long EvidenceNs;

    /// <summary>Unfit because the LAN is cut here; until evidence is back.</summary>
    public bool LanCut;

    // Path 2: the peer's word.
    public bool PeerKnown;
    public bool PeerAlive;
    public PeerWord Peer;
    public long PeerHeardNs;
    public long PeerDeadlineNs;
    public long PeerRoleSinceNs;
    public int GoodChecks;
    public bool PeerTrusted;
    public long PeerTrustedNs;

    // Path 1: adverts.
    public long LanDeadlineNs;
    public long LanIntervalNs;

    /// <summary>An advert was heard in this Passive period: silence is a change, not how it always was.</summary>
    public bool LanHeard;

    /// <summary>Adverts are missing although the peer says that it is Active.</summary>
    public bool LanSilent;
    public long ContradictionNs;

    // Own timers.
    public long HeartbeatAtNs;
    public long AdvertAtNs;
    public long FirstAgainNs;
    public long SecondAgainNs;
    public long ListenUntilNs;
    public long ForcedAdvertNs;
    public long AskedNs;
    public bool SilenceTakeover;

    /// <summary>The operator handed the role away: no preemption until the peer is lost or this node was Active again.</summary>
    public bool PreemptHeld;

    public readonly bool Listening => ListenUntilNs != Never;

    /// <summary>May hold, refresh and assert the virtual addresses.</summary>
    public readonly bool Asserts => Role == HaRole.Active ? !Listening : BypassHolds;

    /// <param name="settings">Constants.</param>
    /// <param name="nowNs">Now.</param>
    /// <param name="carrier">The link is up.</param>
    /// <param name="flaps">Of earlier starts, oldest first.</param>
    public static ElectionState Begin(ElectionSettings settings, long nowNs, bool carrier, ImmutableArray<long> flaps) => new()
    {
        Role = HaRole.Starting,
        Reason = HaReason.WaitingForListeners,
        SinceNs = nowNs,
        SeenNs = nowNs,
        Carrier = carrier,
        Flaps = flaps,
        BypassUntilNs = Never,
        EvidenceNs = long.MinValue,
        PeerDeadlineNs = Never,
        LanDeadlineNs = Never,
        LanIntervalNs = settings.IntervalNs,
        HeartbeatAtNs = nowNs,
        AdvertAtNs = Never,
        FirstAgainNs = Never,
        SecondAgainNs = Never,
        ListenUntilNs = Never,
        ForcedAdvertNs = long.MinValue,
        AskedNs = long.MinValue,
        ContradictionNs = Never,
    };

    /// <summary>The next moment at which a Timer event can change anything.</summary>
    public readonly long NextDeadlineNs
    {
        get
        {
            long next = HeartbeatAtNs;
            if (Role == HaRole.Active)
            {
                next = Math.Min(next, Listening ? ListenUntilNs : Math.Min(AdvertAtNs, Math.Min(FirstAgainNs, SecondAgainNs)));
            }

            if (Role == HaRole.Bypass) next = Math.Min(next, BypassHolds ? Math.Min(AdvertAtNs, BypassUntilNs) : BypassUntilNs);

            // A deadline of the past has had its effect; only coming ones may wake the thread, or it would spin.
            if (Role is HaRole.Passive or HaRole.Bypass && LanDeadlineNs > SeenNs) next = Math.Min(next, LanDeadlineNs);
            if ((PeerAlive || Role is HaRole.Passive or HaRole.Bypass) && PeerDeadlineNs > SeenNs) next = Math.Min(next, PeerDeadlineNs);
            return next;
        }
    }
}
