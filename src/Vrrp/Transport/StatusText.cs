using Appliance.Vrrp.State;

namespace Appliance.Vrrp.Transport;

/// <summary>States in an operator's words. Pure.</summary>
internal static class StatusText
{
    public static PeerReachability ReachabilityOf(in ElectionState state, long nowNs)
    {
        // A Passive peer sends no adverts: from an Active node only the HA port can be heard.
        if (state.PeerAlive) return state.LanSilent ? PeerReachability.Degraded : PeerReachability.Reachable;
        return state.Role == HaRole.Passive && state.LanHeard && nowNs < state.LanDeadlineNs ? PeerReachability.Degraded : PeerReachability.Unreachable;
    }

    /// <summary>Of two groups with the same peer: heard in one and not in the other is a degraded peer.</summary>
    public static PeerReachability Join(PeerReachability one, PeerReachability other) => one == other ? one : PeerReachability.Degraded;

    public static string Of(HandoverRefusal refusal) => refusal switch
    {
        HandoverRefusal.NotActive => "this node is not active",
        HandoverRefusal.NoPeer => "no `ha.peer` is configured",
        HandoverRefusal.PeerUnreachable => "the peer is not heard on the HA port",
        HandoverRefusal.PeerUnfit => "the peer is not fit",
        HandoverRefusal.PeerNotTrusted => "the peer has too few good checks since it came back (ha.peer_recovery_threshold)",
        HandoverRefusal.ConfigDiffers => "the peer runs another config; `--force` overrides",
        _ => "accepted",
    };
}
