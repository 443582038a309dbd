namespace Appliance.Vrrp.State;

/// <summary>What follows from a state without changing it; used by the rules, by the heartbeat's content and by the status.</summary>
internal static class ElectionViews
{
    public static bool PrimaryConflict(ElectionSettings settings, in ElectionState state) =>
        settings.HasPeer && state.PeerKnown && state.Peer.Primary == settings.Primary;

    public static bool IsPrimary(ElectionSettings settings, in ElectionState state) =>
        PrimaryConflict(settings, state) ? settings.HaAddress > settings.PeerHaAddress : settings.Primary;

    public static int Priority(ElectionSettings settings, in ElectionState state) =>
        settings.Priority ?? (IsPrimary(settings, state) ? 254 : 253);

    public static LanEvidence Evidence(ElectionSettings settings, in ElectionState state, long nowNs)
    {
        if (!state.Carrier) return LanEvidence.None;
        if (state.EvidenceNs != long.MinValue && nowNs - state.EvidenceNs <= settings.EvidenceWindowNs) return LanEvidence.Proven;
        return state.WitnessKnown ? LanEvidence.None : LanEvidence.CarrierOnly;
    }

    /// <summary>What speaks against this node, the gravest first; None: it is fit.</summary>
    public static HaReason Blocked(ElectionSettings settings, in ElectionState state, long nowNs)
    {
        if (state.Stopping) return HaReason.Stopping;
        if (state.Standby) return HaReason.Standby;
        if (state.DataPlaneStalled) return HaReason.DataPlaneStalled;
        if (!state.Carrier || nowNs < state.CarrierUpNs + settings.CarrierUpDelayNs) return HaReason.CarrierLost;
        return state.LanCut ? HaReason.LanCut : HaReason.None;
    }

    /// <summary>The preferred node, fit and with a trusted peer for long enough, asks for the role (never takes it).</summary>
    public static bool WantsRole(ElectionSettings settings, in ElectionState state, long nowNs) =>
        settings.HasPeer && settings.Preempt && !state.PreemptHeld && !state.LanSilent
        && state.Role == HaRole.Passive && state.PeerAlive && state.PeerTrusted && state.Peer.Role == HaRole.Active
        && IsPrimary(settings, state)
        && nowNs >= Math.Max(state.SinceNs, state.PeerTrustedNs) + settings.PreemptDelayNs;

    /// <summary>What this node says of itself.</summary>
    public static PeerWord OwnWord(ElectionSettings settings, in ElectionState state, long nowNs) => new()
    {
        Role = state.Role,
        Priority = (byte)Priority(settings, state),
        Reason = state.Reason,
        Evidence = Evidence(settings, state, nowNs),
        LanAddress = settings.LanAddress,
        Primary = settings.Primary,
        Fit = state.Role is HaRole.Passive or HaRole.Active,
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
