namespace Appliance.Vrrp.State;

/// <summary>What follows from a state without changing it; used by the rules, by the heartbeat's content and by the status.</summary>
internal static class ElectionViews
{
    private const long ShortestFlapDelayNs = 1_000_000_000;

    public static bool PrimaryConflict(ElectionSettings settings, in ElectionState state) =>
        settings.HasPeer && state.PeerKnown && state.Peer.Primary == settings.Primary;

    public static bool IsPrimary(ElectionSettings settings, in ElectionState state) =>
        PrimaryConflict(settings, state) ? settings.HaAddress > settings.PeerHaAddress : settings.Primary;

    /// <summary>A foreign peer is told by priority what ours is told by word: 1 yields to any backup (tracking never leaves 1 .. 254).</summary>
    public static int Priority(ElectionSettings settings, in ElectionState state)
    {
        if (!settings.HasPeer && Soft(state) != HaReason.None) return BypassRules.Priority;
        return settings.Priority ?? (IsPrimary(settings, state) ? 254 : 253);
    }

    public static LanEvidence Evidence(ElectionSettings settings, in ElectionState state, long nowNs)
    {
        if (!state.Carrier) return LanEvidence.None;
        if (state.EvidenceNs != long.MinValue && nowNs - state.EvidenceNs <= settings.EvidenceWindowNs) return LanEvidence.Proven;
        return state.WitnessKnown ? LanEvidence.None : LanEvidence.CarrierOnly;
    }

    /// <summary>What always speaks against this node, the gravest first; None: nothing.</summary>
    public static HaReason Hard(in ElectionState state)
    {
        if (state.Stopping) return HaReason.Stopping;
        if (state.Standby) return HaReason.Standby;
        if (state.DataPlaneStalled) return HaReason.DataPlaneStalled;
        if (!state.Carrier) return HaReason.CarrierLost;
        if (state.LinksShort) return HaReason.LinksDown;
        return state.LanCut ? HaReason.LanCut : HaReason.None;
    }

    /// <summary>What the peer may suffer from as well: a reason to yield to a fit peer, never to leave the addresses to nobody.</summary>
    public static HaReason Soft(in ElectionState state)
    {
        if (state.UpstreamsShort) return HaReason.Upstreams;
        bool low = state.Role == HaRole.Active && state.BandwidthLow && !state.BandwidthExcused;
        return low || state.BandwidthFault ? HaReason.Bandwidth : HaReason.None;
    }

    /// <summary>Why this node should not be Active now; None: it may be.</summary>
    public static HaReason Blocked(ElectionSettings settings, in ElectionState state)
    {
        HaReason hard = Hard(state);
        if (hard != HaReason.None || !settings.HasPeer || !state.PeerAlive) return hard;
        bool peerIsBetter = state.Role == HaRole.Active ? CanGiveTo(state) : state.Peer.Fit || state.Peer.Role == HaRole.Active;
        return peerIsBetter ? Soft(state) : HaReason.None;
    }

    /// <summary>The peer is there, fit, trusted and waiting.</summary>
    public static bool CanGiveTo(in ElectionState state) =>
        state.PeerAlive && state.PeerTrusted && state.Peer.Fit && state.Peer.Role == HaRole.Passive && !state.Peer.LanSilent;

    /// <summary>Flaps that still count.</summary>
    public static int FlapsWithin(ElectionSettings settings, in ElectionState state, long nowNs)
    {
        int count = 0;
        foreach (long at in state.Flaps)
        {
            if (nowNs - at < settings.FlapWindowNs) count++;
        }

        return count;
    }

    /// <summary>Doubled by each flap that counts, so that a sick node does not bounce before the limit; at most the window itself.</summary>
    public static long PreemptDelayNs(ElectionSettings settings, in ElectionState state, long nowNs)
    {
        int flaps = FlapsWithin(settings, state, nowNs);
        if (flaps == 0) return settings.PreemptDelayNs;
        long first = Math.Max(settings.PreemptDelayNs, ShortestFlapDelayNs);
        return flaps > 30 ? settings.FlapWindowNs : Math.Min(first << flaps, Math.Max(settings.FlapWindowNs, settings.PreemptDelayNs));
    }

    /// <summary>The preferred node, fit and with a trusted peer for long enough, asks for the role (never takes it).</summary>
    public static bool WantsRole(ElectionSettings settings, in ElectionState state, long nowNs) =>
        settings.HasPeer && settings.Preempt && !state.PreemptHeld && !state.LanSilent
        && state.Role == HaRole.Passive && state.PeerAlive && state.PeerTrusted && state.Peer.Role == HaRole.Active
        && IsPrimary(settings, state)
        && nowNs >= Math.Max(state.SinceNs, state.PeerTrustedNs) + PreemptDelayNs(settings, state, nowNs);

    /// <summary>What this node says of itself.</summary>
    public static PeerWord OwnWord(ElectionSettings settings, in ElectionState state, long nowNs) => new()
    {
        Role = state.Role,
        Priority = (byte)Priority(settings, state),
        Reason = state.Reason,
        Evidence = Evidence(settings, state, nowNs),
        LanAddress = settings.LanAddress,
        Primary = settings.Primary,
        Fit = state.Role is HaRole.Passive or HaRole.Active && Soft(state) == HaReason.None,
        Able = state.Role is HaRole.Passive or HaRole.Active || (state.Role is HaRole.Unfit or HaRole.Bypass && Hard(state) == HaReason.None),
        BypassHolds = state.BypassHolds,
        BandwidthLow = state.Role == HaRole.Active && state.BandwidthLow,
        BandwidthFault = state.BandwidthFault,
        Leaving = state.Stopping,
        Listening = state.Role == HaRole.Active && state.Listening,
        LanSilent = state.LanSilent,
        WantsRole = WantsRole(settings, state, nowNs),
        SilenceTakeover = state.SilenceTakeover,
    };

    /// <summary>Of two that are Active, does the peer keep the role? The same answer, negated, at the other end.</summary>
    public static bool PeerOutranks(ElectionSettings settings, in ElectionState state, int peerPriority, UInt128 peerLanAddress)
    {
        bool theirs = state.PeerAlive && state.Peer.SilenceTakeover;
        if (theirs != state.SilenceTakeover) return theirs;
        int own = Priority(settings, state);
        return peerPriority != own ? peerPriority > own : peerLanAddress > settings.LanAddress;
    }
}
