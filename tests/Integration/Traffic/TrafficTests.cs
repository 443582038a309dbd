using Integration.Lab;

namespace Integration.Traffic;

public sealed class TrafficTests
{
    [Fact]
    public void BothUpstreamsServeHttpThroughTheVirtualAddress()
    {
        using var pair = NodePair.Running();

        string[] answers = [.. Enumerable.Range(0, 20).Select(_ => Get(pair, "/some/path"))];

        // Each event loop takes its own turns, so the halves are equal only in the long run.
        int first = answers.Count(answer => answer == "hello from upstream-1\n");
        Assert.Equal(20, first + answers.Count(answer => answer == "hello from upstream-2\n"));
        Assert.InRange(first, 5, 15);
    }

    [Fact]
    public void ATcpListenerRelaysThroughTheVirtualAddress()
    {
        using var pair = NodePair.Running();

        string answer = pair.Lab.Exec("client", "curl", "-s", "--max-time", "5", $"http://{Laboratory.VirtualAddress}:8081/").Text;

        Assert.StartsWith("hello from upstream-", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void TheUpstreamSeesTheClientAddressAndARequestId()
    {
        using var pair = NodePair.Running();
        string received = pair.Lab.Exec("client", "curl", "-s", "--max-time", "5", $"http://{Laboratory.VirtualAddress}/headers").Text;

        Assert.Contains("x-forwarded-for: 192.0.2.50\n", received, StringComparison.Ordinal);
        Assert.Matches("x-request-id: [0-9A-Za-z-]{8,}\n", received);
    }

    [Fact]
    public void TheAdminAddressAnswersOnBothNodes()
    {
        using var pair = NodePair.Running();
        foreach (string node in new[] { "a", "b" })
        {
            Assert.Equal("200", AdminCode(pair, node, "/livez"));
            Assert.Equal("200", AdminCode(pair, node, "/readyz"));
            Assert.Equal("200", AdminCode(pair, node, "/v1/decision"));
            Assert.Matches(@"(?m)^appliance_\w+(\{.*\})? [0-9.e+-]+$", pair.Lab.Exec(node, "curl", "-s", "http://127.0.0.1:9900/metrics").Text);
        }
    }

    private static string Get(NodePair pair, string path) =>
        pair.Lab.Exec("client", "curl", "-s", "--max-time", "5", $"http://{Laboratory.VirtualAddress}{path}").Text;

    private static string AdminCode(NodePair pair, string node, string path) =>
        pair.Lab.Exec(node, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5", $"http://127.0.0.1:9900{path}").Output;
}
