using System.Collections.Immutable;
using Appliance.Vrrp.State;

namespace Appliance.Vrrp.Transport;

/// <summary>A published view as status, in an operator's words. Pure.</summary>
internal static class StatusText
{
    public static PeerReachability ReachabilityOf(in ElectionState state, long nowNs)
    {
        // A Passive peer sends no adverts: from an Active node only the HA port can be heard.
        if (state.PeerAlive) return state.LanSilent ? PeerReachability.Degraded : PeerReachability.Reachable;
        return state.Role == HaRole.Passive && state.LanHeard && nowNs < state.LanDeadlineNs ? PeerReachability.Degraded : PeerReachability.Unreachable;
    }

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

    public static HaPeerStatus? PeerOf(ElectionSettings settings, in NodeView view)
    {
        if (!settings.HasPeer) return null;
        ElectionState state = view.State;
        return new HaPeerStatus
        {
            Node = view.PeerName,
            State = ReachabilityOf(state, view.NowNs),
            Role = state.PeerAlive ? state.Peer.Role : null,
            Fit = state.PeerAlive && state.Peer.Fit,
            Trusted = state.PeerTrusted,
            RoundTrip = state.PeerAlive && view.RoundTripNs >= 0 ? TimeSpan.FromTicks(view.RoundTripNs / 100) : null,
            SameConfig = view.SameConfig,
            SameBundle = view.SameBundle,
        };
    }

    public static ImmutableArray<HaMonitorStatus> MonitorsOf(HaSettings settings, ElectionSettings election, in NodeView view)
    {
        ElectionState state = view.State;
        ImmutableArray<HaMonitorStatus>.Builder all = ImmutableArray.CreateBuilder<HaMonitorStatus>();
        all.Add(new($"carrier:{settings.Interface}", state.Carrier, state.Carrier ? "up" : "down"));
        all.Add(Witness(election, view));
        all.Add(new("data_plane", !state.DataPlaneStalled, state.DataPlaneStalled ? "does not move" : "moves"));
        all.Add(new("standby", !state.Standby, state.Standby ? "on, by the operator" : "off"));
        if (ElectionViews.PrimaryConflict(election, state))
        {
            all.Add(new("primary", false, "both nodes have the same `ha.primary`; the higher `ha.address` counts as primary"));
        }

        return all.ToImmutable();
    }

    private static HaMonitorStatus Witness(ElectionSettings election, in NodeView view)
    {
        LanEvidence evidence = ElectionViews.Evidence(election, view.State, view.NowNs);
        string detail = evidence switch
        {
            LanEvidence.Proven => "the LAN answers",
            LanEvidence.CarrierOnly => view.WitnessAsked ? "asked, none has answered yet" : "no witness known",
            _ => view.State.Carrier ? "a known witness does not answer" : "no carrier",
        };
        return new("witness", evidence != LanEvidence.None, detail);
    }
}
