using Integration.Lab;

namespace Integration.Monitors;

/// <summary>Tracked upstreams: a node that cannot reach them yields to one that can, and to nobody else.</summary>
public sealed class UpstreamTests
{
    private static readonly NodeSettings Tracked = new() { HealthCheck = true, Election = ["track: { upstreams: [web] }"] };

    [Fact]
    public void TheNodeThatLosesTheServersYieldsToTheOneThatReachesThem()
    {
        using var pair = NodePair.Running(Tracked);
        pair.Lab.SetLink("a", "up", up: false);
        pair.AwaitActive(pair.B);
        Assert.Equal("unfit", pair.A.Role);
        Assert.Contains("no healthy server", pair.A.Cli("status").Text, StringComparison.Ordinal);
        Assert.StartsWith("hello from upstream-", pair.Lab.Get(Laboratory.VirtualAddress), StringComparison.Ordinal);

        pair.Lab.SetLink("a", "up", up: true);
        pair.A.AwaitRole("passive", 20);
    }

    [Fact]
    public void WithBothShortTheAddressStaysAndAnswers503()
    {
        using var pair = NodePair.Running(Tracked);
        pair.Lab.SetLink("b", "up", up: false);
        pair.B.AwaitRole("unfit", 20);
        pair.Lab.SetLink("a", "up", up: false);
        Until.True("the client is told", () => StatusOf(pair) == "503", 20, pair.Describe);
        Until.Stays("a keeps the address", () => pair.A.HoldsAddress && !pair.B.HoldsAddress, 1.5, pair.Describe);

        // The one whose servers come back takes over, although the other never moved.
        pair.Lab.SetLink("b", "up", up: true);
        pair.AwaitActive(pair.B);
    }

    private static string StatusOf(NodePair pair) =>
        pair.Lab.Exec("client", "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5", $"http://{Laboratory.VirtualAddress}/").Output;
}
