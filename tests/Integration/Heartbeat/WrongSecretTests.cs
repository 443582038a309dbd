using Integration.Lab;

namespace Integration.Heartbeat;

public sealed class WrongSecretTests
{
    // With one path only, three adverts that a busy machine delays are a dead peer: not so short an interval.
    private static readonly NodeSettings Settings = new() { CheckInterval = "500ms" };

    [Fact]
    public void NodesWithDifferentSecretsSaySoAndTheLanAloneKeepsOneActive()
    {
        using var pair = new NodePair(Settings);
        File.WriteAllText(pair.B.SecretPath, $"1 {Convert.ToBase64String(new byte[32])}\n");
        pair.A.Start();
        pair.A.AwaitRole("active");
        pair.B.Start();
        pair.B.AwaitRole("passive");

        foreach (var node in (ApplianceNode[])[pair.A, pair.B])
        {
            Until.True($"{node.Node} counts", () => node.Metric("appliance_ha_heartbeats_refused_total{reason=\"bad_tag\"}") > 0, 10, pair.Describe);
            Until.True($"{node.Node} logs", () => node.Process.Log.Contains("heartbeat refused: bad_tag", StringComparison.Ordinal), 10, pair.Describe);
            Until.True($"{node.Node} shows it", () => node.PeerState is "degraded" or "unreachable", 10, pair.Describe);
        }

        Until.Stays("a stays active alone", () => pair.A.HoldsAddress && !pair.B.HoldsAddress, 1.5, pair.Describe);
        pair.A.Process.Kill();
        pair.AwaitActive(pair.B);
    }
}
