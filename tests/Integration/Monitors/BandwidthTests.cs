using Integration.Lab;

namespace Integration.Monitors;

/// <summary>Too little traffic on both nodes: one fail-over to find that out, and no other.</summary>
public sealed class BandwidthTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TooLittleOnBothNodesMovesTheRoleOnceAndThenNoMore(bool preempt)
    {
        using var pair = NodePair.Running(new NodeSettings
        {
            Preempt = preempt,
            Election = ["bandwidth_monitoring: { enabled: true, minimum: 100Mbps, interval: 1s }"],
        });
        Until.True("b has the role because a received too little", () => pair.B.Metric("appliance_ha_takeovers_total") > 0 && Moved(pair.A), 30, pair.Describe);

        // b finds that it receives no more. With `preempt` the preferred node, fit again, takes the role back once.
        ApplianceNode last = preempt ? pair.A : pair.B;
        pair.AwaitActive(last);
        Until.True("both know that it was the traffic", () => last.Role == "active" && pair.Other(last).Role == "passive", 30, pair.Describe);
        double moves = Moves(pair);
        Until.Stays("nobody moves again", () => last.HoldsAddress && !pair.Other(last).HoldsAddress && Moves(pair) == moves, 5, pair.Describe);
    }

    private static bool Moved(ApplianceNode node) => node.Process.Log.Contains("ha.bandwidth_monitoring.minimum", StringComparison.Ordinal);

    private static double Moves(NodePair pair) => pair.A.Metric("appliance_ha_takeovers_total") + pair.B.Metric("appliance_ha_takeovers_total");
}
