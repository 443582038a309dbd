using System.Collections.Immutable;
using Appliance.Vrrp.State;

namespace Appliance.Vrrp.Transport;

/// <summary>A published view as status. Pure.</summary>
internal static class StatusReader
{
    /// <param name="groups">As bound at start.</param>
    /// <param name="view">Published by the heartbeat thread.</param>
    /// <param name="nowNs">Monotonic, now.</param>
    /// <param name="now">Wall clock, now.</param>
    public static ImmutableArray<HaGroupStatus> GroupsOf(ImmutableArray<GroupAddresses> groups, NodeView view, long nowNs, DateTimeOffset now)
    {
        var all = ImmutableArray.CreateBuilder<HaGroupStatus>(groups.Length);
        for (int i = 0; i < groups.Length; i++) all.Add(GroupOf(groups[i], view.Groups[i], nowNs, now));
        return all.ToImmutable();
    }

    /// <summary>Null: no peer is configured.</summary>
    public static HaPeerStatus? PeerOf(ImmutableArray<GroupAddresses> groups, NodeView view)
    {
        if (!groups[0].Driver.Election.HasPeer) return null;
        GroupView first = view.Groups[0];
        PeerReachability reachability = StatusText.ReachabilityOf(first.State, view.NowNs);
        foreach (GroupView group in view.Groups) reachability = StatusText.Join(reachability, StatusText.ReachabilityOf(group.State, view.NowNs));
        return new HaPeerStatus
        {
            Node = first.PeerName,
            State = reachability,
            Role = first.State.PeerAlive ? first.State.Peer.Role : null,
            Fit = Array.TrueForAll(view.Groups, group => group.State.PeerAlive && group.State.Peer.Fit),
            Trusted = Array.TrueForAll(view.Groups, group => group.State.PeerTrusted),
            RoundTrip = first.State.PeerAlive && first.RoundTripNs >= 0 ? TimeSpan.FromTicks(first.RoundTripNs / 100) : null,
            SameConfig = first.SameConfig,
            SameBundle = first.SameBundle,
        };
    }

    public static ImmutableArray<HaMonitorStatus> MonitorsOf(HaSettings settings, ImmutableArray<GroupAddresses> groups, NodeView view)
    {
        // What is watched is the machine's, the same in every group.
        ElectionState state = view.Groups[0].State;
        ElectionSettings election = groups[0].Driver.Election;
        var all = ImmutableArray.CreateBuilder<HaMonitorStatus>();
        all.Add(new($"carrier:{settings.Interface}", state.Carrier, state.Carrier ? "up" : "down"));
        if (view.LinkPairs > 0)
        {
            all.Add(new("links", !state.LinksShort, $"{view.ActivePairs} of {view.LinkPairs} pairs are active, {view.MinimumPairs} needed"));
        }

        all.Add(Witness(election, view));
        all.Add(new("data_plane", !state.DataPlaneStalled, state.DataPlaneStalled ? "does not move" : "moves"));
        all.Add(new("standby", !state.Standby, state.Standby ? "on, by the operator" : "off"));
        if (state.UpstreamsShort) all.Add(new("upstreams", false, "a tracked upstream has no healthy server"));
        if (state.BandwidthFault) all.Add(new("bandwidth", false, "received less than the minimum while active and gave the role away"));
        bool conflict = false;
        for (int i = 0; i < groups.Length; i++) conflict |= ElectionViews.PrimaryConflict(groups[i].Driver.Election, view.Groups[i].State);
        if (conflict) all.Add(new("primary", false, "both nodes have the same `ha.primary`; the higher `ha.address` counts as primary"));
        return all.ToImmutable();
    }

    private static HaGroupStatus GroupOf(GroupAddresses bound, in GroupView view, long nowNs, DateTimeOffset now)
    {
        ElectionState state = view.State;
        return new HaGroupStatus
        {
            VirtualRouterId = bound.Group.VirtualRouterId,
            Role = state.Role,
            Reason = state.Reason.Text(),
            Since = now - TimeSpan.FromTicks((nowNs - state.SinceNs) / 100),
            Priority = ElectionViews.Priority(bound.Driver.Election, state),
            PeerRole = state.PeerAlive ? state.Peer.Role : null,
            VirtualAddresses = bound.Group.VirtualAddresses,
            Held = view.Holding,
            Flaps = ElectionViews.FlapsWithin(bound.Driver.Election, state, nowNs),
            BypassUntil = state.Role == HaRole.Bypass && state.BypassUntilNs != ElectionState.Never ? now + TimeSpan.FromTicks((state.BypassUntilNs - nowNs) / 100) : null,
        };
    }

    private static HaMonitorStatus Witness(ElectionSettings election, NodeView view)
    {
        ElectionState state = view.Groups[0].State;
        LanEvidence evidence = ElectionViews.Evidence(election, state, view.NowNs);
        string detail = evidence switch
        {
            LanEvidence.Proven => "the LAN answers",
            LanEvidence.CarrierOnly => view.WitnessAsked ? "asked, none has answered yet" : "no witness known",
            _ => state.Carrier ? "a known witness does not answer" : "no carrier",
        };
        return new("witness", evidence != LanEvidence.None, detail);
    }
}
