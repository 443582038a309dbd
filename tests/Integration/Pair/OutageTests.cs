using Integration.Lab;

namespace Integration.Pair;

/// <summary>
/// How long a client waits when the active node ends. The figures are printed on every run; asserted is three times the promise, so
/// that a busy machine does not fail a good build and a wrong timer still does.
/// </summary>
public sealed class OutageTests
{
    private const double Slack = 3;

    [Fact]
    public void AKilledActiveIsReplacedWithinThePromise()
    {
        using var pair = NodePair.Running();
        var report = Outage(pair, () => pair.A.Process.Kill());

        Figure.Milliseconds("SIGKILL of the active at 100 ms checks, longest outage", report.LongestGapMs, report.NoiseMs);
        AssertWithin(500, report);
    }

    [Fact]
    public void AnActiveThatIsStoppedHandsOverWithinThePromise()
    {
        using var pair = NodePair.Running();
        int exitCode = -1;
        var report = Outage(pair, () => exitCode = pair.A.Process.Terminate());

        Figure.Milliseconds("SIGTERM of the active at 100 ms checks, longest outage", report.LongestGapMs, report.NoiseMs);
        Assert.Equal(0, exitCode);
        AssertWithin(50, report);
    }

    [Fact]
    public void AnActiveThatLosesItsLinkIsReplacedAndDoesNotComeBackByItself()
    {
        using var pair = NodePair.Running();
        var report = Outage(pair, () => pair.Lab.SetLink("a", "lan", up: false));

        Figure.Milliseconds("link down at the active at 100 ms checks, longest outage", report.LongestGapMs, report.NoiseMs);
        AssertWithin(500, report);
        Assert.NotEqual("active", pair.A.Role);

        pair.Lab.SetLink("a", "lan", up: true);
        pair.A.AwaitRole("passive");
        Until.Stays("b stays active", () => pair.B.HoldsAddress && !pair.A.HoldsAddress, 1.5, pair.Describe);
    }

    [Fact]
    public void AnActiveThatFallsSilentOnTheLanIsReplaced()
    {
        using var pair = NodePair.Running();
        var report = Outage(pair, () => pair.Lab.SetBlocked("a", "lan", blocked: true));

        Figure.Milliseconds("silent loss of the active's LAN at 100 ms checks, longest outage", report.LongestGapMs, report.NoiseMs);
        AssertWithin(500, report);
    }

    [Fact]
    public void ARestartedNodeStaysPassiveWithoutPreemption()
    {
        using var pair = NodePair.Running();
        pair.A.Process.Kill();
        pair.AwaitActive(pair.B);

        pair.A.Start();

        pair.AwaitSettled();
        Until.Stays("b stays active", () => pair.B.HoldsAddress && !pair.A.HoldsAddress, 2, pair.Describe);
        Assert.Equal("passive", pair.A.Role);
    }

    private static void AssertWithin(double promiseMs, ProbeReport report) =>
        Assert.True(report.LongestGapMs < (promiseMs * Slack) + report.NoiseMs, report.Text);

    /// <summary>Does it to node `a` in mid-traffic and measures until `b` answers.</summary>
    private static ProbeReport Outage(NodePair pair, Action fault)
    {
        var probe = pair.Lab.StartProbe().AwaitReady();
        fault();
        pair.AwaitActive(pair.B);
        var report = probe.Finish();
        Assert.True(report.LongestGapMs < 5000 && report.Answers > 300, report.Text + pair.Describe());
        return report;
    }
}
