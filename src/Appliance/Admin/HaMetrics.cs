using Appliance.Failover;

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
        }

        string family = "";
        foreach (HaFigure figure in ha.Figures)
        {
            if (figure.Name != family) Begin(metrics, figure);
            family = figure.Name;
            if (figure.Label.Length == 0) metrics.Sample(figure.Value);
            else metrics.Sample(figure.Value, (figure.Label, figure.LabelValue));
        }
    }

    private static void Begin(MetricsWriter metrics, HaFigure figure)
    {
        if (figure.Name.EndsWith("_total", StringComparison.Ordinal)) metrics.Counter(figure.Name, figure.Help);
        else metrics.Gauge(figure.Name, figure.Help);
    }
}
