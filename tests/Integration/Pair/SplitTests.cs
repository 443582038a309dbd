using Integration.Lab;

namespace Integration.Pair;

/// <summary>Two actives for a while, and the way out: the client must not be left talking to the one that stepped down.</summary>
public sealed class SplitTests
{
    [Fact]
    public void AfterADualActiveEpisodeOneStepsDownAndTheClientFollowsTheSurvivor()
    {
        using var pair = NodePair.Running();
        // The nodes cannot hear each other on any path, and everybody else hears both: each is right to think the other dead.
        pair.Lab.SetParted("lan", parted: true);
        pair.Lab.SetParted("ha", parted: true);
        Until.True("both hold the address", () => pair.A.HoldsAddress && pair.B.HoldsAddress, 10, pair.Describe);
        var probe = pair.Lab.StartProbe().AwaitReady();

        pair.Lab.SetParted("lan", parted: false);
        pair.Lab.SetParted("ha", parted: false);

        pair.AwaitSettled();
        var report = probe.Finish();
        Figure.Milliseconds("healed dual-active episode, longest outage", report.LongestGapMs, report.NoiseMs);
        Assert.True(report.LongestGapMs < 1500, report.Text + pair.Describe());
        Assert.Contains("200", pair.Lab.Exec("client", "curl", "-si", "--max-time", "2", $"http://{Laboratory.VirtualAddress}/").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void AnActiveFrozenForSecondsFindsItsSuccessorAndStepsDown()
    {
        using var pair = NodePair.Running();
        pair.A.Process.Signal("STOP");
        Until.True("b took over", () => pair.B.Role == "active" && pair.B.HoldsAddress, 10, pair.B.Describe);
        Until.Stays("b is active", () => pair.B.Role == "active" && pair.B.HoldsAddress, 1, pair.B.Describe);

        pair.A.Process.Signal("CONT");

        pair.AwaitActive(pair.B);
        Until.Stays("a stays out", () => pair.B.HoldsAddress && !pair.A.HoldsAddress, 1, pair.Describe);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(250)]
    [InlineData(320)]
    [InlineData(400)]
    public void AnActiveFrozenForAboutTheDownIntervalLeavesNoTwoActives(int frozenMs)
    {
        using var pair = NodePair.Running();

        pair.A.Process.Signal("STOP");
        // The length of the pause is the test; there is no condition to wait for.
        Thread.Sleep(frozenMs);
        pair.A.Process.Signal("CONT");

        pair.AwaitSettled();
        Until.Stays("exactly one holds the address", () => pair.A.HoldsAddress != pair.B.HoldsAddress, 1, pair.Describe);
    }

    [Fact]
    public void TwentyPausesOfTheActiveLeaveNoTwoHolders()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        using var pair = NodePair.Running(new NodeSettings { Election = ["maximum_flaps: 100"] });
        for (int i = 0; i < 20; i++)
        {
            var active = pair.A.HoldsAddress ? pair.A : pair.B;
            int frozenMs = random.Next(15, 600);
            active.Process.Signal("STOP");
            // The length of the pause is the test; there is no condition to wait for.
            Thread.Sleep(frozenMs);
            active.Process.Signal("CONT");

            pair.AwaitSettled();
            Until.Stays($"no two holders, pause {i} of seed {seed}: {active.Node} for {frozenMs} ms", () => !StayTwo(pair), 0.3, pair.Describe);
        }
    }

    /// <summary>The nodes are asked one after the other, so that a switch in between looks like two holders once, but not twice.</summary>
    private static bool StayTwo(NodePair pair) => HaveTwo(pair) && HaveTwo(pair);

    private static bool HaveTwo(NodePair pair) => pair.A.HoldsAddress && pair.B.HoldsAddress;

    [Fact]
    public void ALostHaLinkAloneChangesNobodysRole()
    {
        using var pair = NodePair.Running();
        pair.Lab.SetParted("ha", parted: true);

        Until.True("b sees a degraded pair", () => pair.B.PeerState == "degraded", 10, pair.Describe);
        Until.Stays("a stays active alone", () => pair.A.HoldsAddress && !pair.B.HoldsAddress, 1.5, pair.Describe);

        pair.Lab.SetParted("ha", parted: false);
        Until.True("the pair is whole again", () => pair.A.PeerState == "reachable" && pair.B.PeerState == "reachable", 10, pair.Describe);
    }

    [Fact]
    public void FilteredMulticastBetweenTheNodesMakesNoSecondActive()
    {
        using var pair = NodePair.Running();
        pair.Lab.SetParted("lan", parted: true);

        Until.Stays("a stays active alone", () => pair.A.HoldsAddress && !pair.B.HoldsAddress, 2, pair.Describe);
    }
}
