using Integration.Lab;

namespace Integration.Pair;

public sealed class ElectionTests
{
    [Fact]
    public void ExactlyOneNodeBecomesActiveAndAnswersOnTheVirtualAddress()
    {
        using var pair = new NodePair();
        pair.A.Start();
        pair.B.Start();

        pair.AwaitSettled();

        var answer = pair.Lab.Exec("client", "curl", "-si", "--max-time", "5", $"http://{Laboratory.VirtualAddress}/");
        Assert.StartsWith("HTTP/1.1 200", answer.Text, StringComparison.Ordinal);
        Assert.Contains("X-Served-By: upstream-", answer.Text, StringComparison.OrdinalIgnoreCase);
        Until.Stays(
            "exactly one node holds the address",
            () => pair.A.HoldsAddress != pair.B.HoldsAddress,
            1.5,
            pair.Describe);
    }

    [Fact]
    public void ALoneNodeBecomesActiveAndASecondOneDoesNotDisturbIt()
    {
        using var pair = new NodePair();
        pair.B.Start();
        pair.AwaitActive(pair.B);
        var probe = pair.Lab.StartProbe().AwaitReady();

        // The primary; with `preempt: false` it has no claim.
        pair.A.Start();
        pair.AwaitSettled();
        Until.Stays("b stays active", () => pair.B.HoldsAddress && !pair.A.HoldsAddress, 1.5, pair.Describe);

        var report = probe.Finish();
        Assert.True(report.Errors == 0, report.Text + pair.Describe());
    }

    [Fact]
    public void APrimaryThatMayPreemptTakesBackByAPlannedSwitch()
    {
        using var pair = new NodePair(new NodeSettings { Preempt = true });
        pair.B.Start();
        pair.AwaitActive(pair.B);
        var probe = pair.Lab.StartProbe("--timeout", "4s").AwaitReady();

        pair.A.Start();
        pair.AwaitActive(pair.A);

        var report = probe.Finish();
        Figure.Milliseconds("take back by preemption, longest outage", report.LongestGapMs, report.NoiseMs);
        Figure.Count("take back by preemption, failed requests", report.Errors, report.Attempts);
        Assert.True(report.Errors <= 10 + report.NoiseMs, report.Text + pair.Describe());
    }

    [Fact]
    public void TheStatusCommandShowsBothSidesOfThePair()
    {
        using var pair = NodePair.Running();

        string json = pair.A.Cli("status", "--json").Text;
        using var status = System.Text.Json.JsonDocument.Parse(json);
        Assert.Equal("active", status.RootElement.GetProperty("role").GetString());
        Assert.Equal("lb-b", status.RootElement.GetProperty("peer").GetProperty("node").GetString());
        Assert.Equal("passive", status.RootElement.GetProperty("peer").GetProperty("role").GetString());
        Assert.Contains("active", pair.A.Cli("status").Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("passive", pair.B.Cli("status").Text, StringComparison.OrdinalIgnoreCase);
    }
}
