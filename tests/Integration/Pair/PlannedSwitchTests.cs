using Integration.Lab;

namespace Integration.Pair;

public sealed class PlannedSwitchTests
{
    [Fact]
    public void FailoverThereAndBackFailsNoRequestOnNewConnections()
    {
        using var pair = NodePair.Running();
        var report = ThereAndBack(pair, []);

        Figure.Milliseconds("planned switch there and back, new connections, longest outage", report.LongestGapMs, report.ProbeLateMs);
        Assert.True(report.Errors == 0, report.Text + pair.Describe());
    }

    [Fact]
    public void FailoverThereAndBackFailsNoRequestOnKeptConnections()
    {
        using var pair = NodePair.Running();
        var report = ThereAndBack(pair, ["--reuse"]);

        Figure.Milliseconds("planned switch there and back, kept connections, longest outage", report.LongestGapMs, report.ProbeLateMs);
        Assert.True(report.Errors == 0, report.Text + pair.Describe());
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

    private static ProbeReport ThereAndBack(NodePair pair, string[] options)
    {
        // A client of ordinary patience: a packet lost in the switch is sent again after at most a second.
        var probe = pair.Lab.StartProbe(["--timeout", "4s", .. options]).AwaitReady();
        _ = pair.A.Cli("failover", "--wait").Text;
        pair.AwaitActive(pair.B);
        pair.AwaitSettled();
        _ = pair.B.Cli("failover", "--wait").Text;
        pair.AwaitActive(pair.A);
        return probe.Finish();
    }
}
