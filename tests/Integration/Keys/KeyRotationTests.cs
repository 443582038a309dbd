using Integration.Lab;

namespace Integration.Keys;

/// <summary>A cluster secret replaced by reloads, node by node, on a pair that goes on.</summary>
public sealed class KeyRotationTests
{
    private const string Fresh = "7 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Fact]
    public void TheSecretIsReplacedWithoutAFailoverAndWithoutASilence()
    {
        using var pair = NodePair.Running();
        string old = File.ReadAllText(pair.A.SecretPath).Trim();
        foreach (string keys in new[] { $"{old}\n{Fresh}\n", $"{Fresh}\n{old}\n", $"{Fresh}\n" })
        {
            foreach (ApplianceNode node in new[] { pair.A, pair.B })
            {
                File.WriteAllText(node.SecretPath, keys);
                node.Cli("reload").AssertExitCode(0);
                double before = Accepted(pair.A);
                Until.True("a goes on hearing b", () => Accepted(pair.A) > before + 5, 10, pair.Describe);
            }
        }

        Assert.Equal(("active", "reachable", "reachable"), (pair.A.Role, pair.A.PeerState, pair.B.PeerState));
        Assert.Equal((0, 0), (Refused(pair.A), Refused(pair.B)));
    }

    [Fact]
    public void AReloadWithASecretThatCannotBeReadIsRefusedAndTheOldOneStays()
    {
        using var pair = NodePair.Running();
        string old = File.ReadAllText(pair.A.SecretPath);
        File.WriteAllText(pair.A.SecretPath, "1 tooshort\n");
        CommandResult refused = pair.A.Cli("reload");
        refused.AssertExitCode(2);
        Assert.Contains("cluster.key", refused.Error, StringComparison.Ordinal);
        Until.Stays("the pair goes on", () => pair.A.PeerState == "reachable" && pair.B.PeerState == "reachable", 1, pair.Describe);
        File.WriteAllText(pair.A.SecretPath, old);
        pair.A.Cli("reload").AssertExitCode(0);
    }

    private static double Accepted(ApplianceNode node) => node.Metric("appliance_ha_heartbeats_received_total");

    /// <summary>For a key that is not known, or a tag that does not fit.</summary>
    private static double Refused(ApplianceNode node) =>
        node.Metric("appliance_ha_heartbeats_refused_total", "unknown_key") + node.Metric("appliance_ha_heartbeats_refused_total", "bad_tag");
}
