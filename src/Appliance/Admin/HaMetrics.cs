using Appliance.Failover;
using Appliance.Vrrp;

namespace Appliance.Admin;

/// <summary>Families of the pair.</summary>
internal static class HaMetrics
{
    private static readonly string[] Roles = ["starting", "passive", "active", "unfit", "bypass", "single"];

    /// <param name="metrics">Where to.</param>
    /// <param name="ha">Null: a single node, whose role is told all the same.</param>
    public static void Write(MetricsWriter metrics, HaReport? ha)
    {
        string role = ha?.Role ?? "single";
        metrics.Gauge("appliance_ha_role", "1 for the role this node has.");
        foreach (string name in Roles) metrics.Sample(name == role ? 1 : 0, ("role", name));
        if (ha is null) return;
        if (ha.Peer is { } peer)
        {
            metrics.Gauge("appliance_ha_peer_reachable", "1 while the peer is heard on at least one path.");
            metrics.Sample(peer.State == "unreachable" ? 0 : 1);
            metrics.Gauge("appliance_ha_peer_degraded", "1 while the peer is heard on one path where two are expected.");
            metrics.Sample(peer.State == "degraded" ? 1 : 0);
            metrics.Gauge("appliance_config_drift", "1 while the peer runs something else in this section.");
            metrics.Sample(peer.SameConfig == false ? 1 : 0, ("section", "config"));
            metrics.Sample(peer.SameBundle == false ? 1 : 0, ("section", "bundle"));
        }

        WriteGroups(metrics, ha);
        metrics.Gauge("appliance_ha_monitor_ok", "0 for a monitor that speaks against this node.");
        foreach (MonitorReport monitor in ha.Monitors) metrics.Sample(monitor.Ok ? 1 : 0, ("monitor", monitor.Name));
        if (ha.Lateness is { } lateness) WriteLateness(metrics, lateness);
        string family = "";
        foreach (HaFigure figure in ha.Figures)
        {
            if (figure.Name != family) Begin(metrics, figure);
            family = figure.Name;
            if (figure.Label.Length == 0) metrics.Sample(figure.Value);
            else metrics.Sample(figure.Value, (figure.Label, figure.LabelValue));
        }
    }

    private static void WriteGroups(MetricsWriter metrics, HaReport ha)
    {
        metrics.Gauge("appliance_ha_group_role", "1 for the role this node has in a group.");
        foreach (GroupReport group in ha.Groups)
        {
            foreach (string name in Roles.AsSpan(0, Roles.Length - 1)) metrics.Sample(name == group.Role ? 1 : 0, ("group", Number(group)), ("role", name));
        }

        metrics.Gauge("appliance_ha_group_held", "1 while the group's virtual addresses are on this node.");
        foreach (GroupReport group in ha.Groups) metrics.Sample(group.Held ? 1 : 0, ("group", Number(group)));
        metrics.Gauge("appliance_ha_flaps", "Losses of the active role within the window that nobody ordered.");
        foreach (GroupReport group in ha.Groups) metrics.Sample(group.Flaps, ("group", Number(group)));
        if (ha.Flaps is { } flaps)
        {
            metrics.Gauge("appliance_ha_maximum_flaps", "More than this lead to bypass.");
            metrics.Sample(flaps.Maximum);
        }

        metrics.Gauge("appliance_ha_bypass", "1 while this node is in bypass in at least one group.");
        metrics.Sample(ha.IsBypassed ? 1 : 0);
        metrics.Gauge("appliance_ha_warnings", "What an operator should mend; the status says what.");
        metrics.Sample(ha.Warnings.Length);
    }

    private static string Number(GroupReport group) => group.VirtualRouterId.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static void WriteLateness(MetricsWriter metrics, LatenessSummary lateness)
    {
        metrics.Histogram("appliance_ha_heartbeat_lateness_seconds", "How late the heartbeat thread woke.");
        metrics.Buckets([.. lateness.UpperBoundsNs.Select(bound => bound / 1e9)], lateness.Counts.AsSpan(), lateness.SumNs / 1e9);
        metrics.Gauge("appliance_ha_heartbeat_lateness_longest_seconds", "The latest it ever woke.");
        metrics.Sample(lateness.Longest.TotalSeconds);
        metrics.Gauge("appliance_ha_heartbeat_lateness_hour_seconds", "The latest it woke in the last hour.");
        metrics.Sample(lateness.WorstOfLastHour.TotalSeconds);
        metrics.Gauge("appliance_ha_heartbeat_real_time", "1 when the heartbeat thread runs with real-time priority.");
        metrics.Sample(lateness.RealTime ? 1 : 0);
    }

    private static void Begin(MetricsWriter metrics, HaFigure figure)
    {
        if (figure.Name.EndsWith("_total", StringComparison.Ordinal)) metrics.Counter(figure.Name, figure.Help);
        else metrics.Gauge(figure.Name, figure.Help);
    }
}
