using Integration.Lab;

namespace Integration.Flaps;

/// <summary>Links that come and go: one takeover while they flap, Bypass when the role was lost too often.</summary>
public sealed class FlapTests
{
    [Fact]
    public void TenFlapsOfALinkAreOneTakeover()
    {
        using var pair = NodePair.Running(new NodeSettings { Preempt = true });
        double before = pair.B.Metric("appliance_ha_takeovers_total"); // it may have been the first one up
        for (int i = 0; i < 10; i++)
        {
            pair.Lab.SetLink("a", "lan", up: false);
            Until.True("a has seen it", () => pair.A.Role is "unfit" or "passive" && !pair.A.HoldsAddress, 20, pair.Describe);
            pair.Lab.SetLink("a", "lan", up: true);
            pair.AwaitActive(pair.B);
        }

        Assert.Equal(before + 1, pair.B.Metric("appliance_ha_takeovers_total"));
    }

    [Fact]
    public void MoreLossesThanTheMaximumLeadToBypassAndResetBringsTheNodeBack()
    {
        using var pair = NodePair.Running(new NodeSettings { Election = ["maximum_flaps: 1", "link_monitoring: { debounce: { up: 0s } }"] });
        LoseAndRegain(pair);
        Assert.NotEqual("bypass", pair.A.Role);
        pair.Lab.SetLink("a", "lan", up: false);
        pair.A.AwaitRole("bypass", 20);
        pair.Lab.SetLink("a", "lan", up: true);
        pair.AwaitActive(pair.B);
        Until.Stays("a stays out", () => pair.A.Role == "bypass" && pair.B.HoldsAddress, 2, pair.Describe);
        Assert.NotEqual(0, pair.B.Cli("failover").ExitCode);

        pair.A.Cli("ha", "reset").AssertExitCode(0);
        pair.A.AwaitRole("passive", 20);
        pair.HandOver(pair.B);
        pair.AwaitActive(pair.A);
    }

    [Fact]
    public void ANodeInBypassServesWhenItsPeerDies()
    {
        using var pair = NodePair.Running(new NodeSettings { Election = ["maximum_flaps: 0"] });
        pair.Lab.SetLink("a", "lan", up: false);
        pair.A.AwaitRole("bypass", 20);
        pair.Lab.SetLink("a", "lan", up: true);
        pair.AwaitActive(pair.B);

        pair.B.Process.Signal("KILL");
        Until.True("a serves", () => pair.A.Role == "active" && pair.A.HoldsAddress, 20, pair.A.Describe);
    }

    [Fact]
    public void FewerLinkPairsThanTheMinimumMakeANodeUnfit()
    {
        using var pair = NodePair.Running(new NodeSettings { Election = ["link_monitoring: { pairs: [[eth0], [ha0, up0]], minimum_active_links: 2, debounce: { up: 0s } }"] });
        pair.Lab.SetLink("a", "up", up: false);
        pair.AwaitActive(pair.B);
        Assert.Equal("unfit", pair.A.Role);
        Assert.Contains("1 of 2", pair.A.Cli("status").Text, StringComparison.Ordinal);

        pair.Lab.SetLink("a", "up", up: true);
        pair.A.AwaitRole("passive", 20);
    }

    /// <summary>The role is lost by the link, and handed back when the link is up.</summary>
    private static void LoseAndRegain(NodePair pair)
    {
        pair.Lab.SetLink("a", "lan", up: false);
        pair.AwaitActive(pair.B);
        pair.Lab.SetLink("a", "lan", up: true);
        pair.A.AwaitRole("passive", 20);
        pair.HandOver(pair.B);
        pair.AwaitActive(pair.A);
    }
}
