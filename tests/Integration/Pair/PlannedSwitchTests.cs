using Integration.Lab;

namespace Integration.Pair;

public sealed class PlannedSwitchTests
{
    /// <summary>
    /// A request that is under way at the very instant of a switch may be cut, since flows do not follow the address in this version.
    /// At one request per millisecond that is a handful, or as many as the milliseconds that the machine was busy elsewhere.
    /// </summary>
    private const int MaximumCutPerSwitch = 10;

    [Theory]
    [InlineData("new connections")]
    [InlineData("kept connections")]
    public void FailoverThereAndBackCutsAtMostWhatIsUnderWayAtTheInstant(string kind)
    {
        using var pair = NodePair.Running();
        // A client of ordinary patience: a packet lost in the switch is sent again after at most a second.
        var probe = pair.Lab.StartProbe(["--timeout", "4s", .. kind == "kept connections" ? new[] { "--reuse" } : []]).AwaitReady();
        pair.HandOver(pair.A);
        pair.AwaitActive(pair.B);
        pair.AwaitSettled();
        pair.HandOver(pair.B);
        pair.AwaitActive(pair.A);
        var report = probe.Finish();

        Figure.Milliseconds($"planned switch there and back, {kind}, longest outage", report.LongestGapMs, report.NoiseMs);
        Figure.Count($"planned switch there and back, {kind}, failed requests", report.Errors, report.Attempts);
        Assert.True(report.Errors <= 2 * (MaximumCutPerSwitch + report.NoiseMs), report.Text + pair.Describe());
        Assert.InRange(report.LongestGapMs, 0, 1500);
    }

    [Fact]
    public void FailoverIsRefusedWithTheReasonWhenThePeerIsGone()
    {
        using var pair = NodePair.Running();
        pair.B.Process.Kill();
        Until.True("a knows that b is gone", () => pair.A.PeerState == "unreachable", 10, pair.Describe);

        var result = pair.A.Cli("failover");

        result.AssertExitCode(1);
        Assert.NotEmpty(result.Error.Trim());
        Assert.True(pair.A.HoldsAddress);
        Assert.Equal("active", pair.A.Role);
    }

    [Fact]
    public void FailoverOnThePassiveNodeIsRefused()
    {
        using var pair = NodePair.Running();

        var result = pair.B.Cli("failover");

        result.AssertExitCode(1);
        Assert.NotEmpty(result.Error.Trim());
        Assert.True(pair.A.HoldsAddress && !pair.B.HoldsAddress);
    }
}
