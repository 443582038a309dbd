using Integration.Lab;

namespace Integration.Bypass;

/// <summary>
/// A node that has failed too often goes out of the way: the kernel sends the traffic of its address to the upstreams. Seen by a client: a
/// path whose limit of five requests our data plane enforces answers as often as it is asked.
/// </summary>
public sealed class PassthroughTests
{
    private const int Asked = 40;
    private static readonly string Page = $"http://{Laboratory.VirtualAddress}/limited";

    [Fact]
    public void ANodeThatDiedTooOftenIsBypassedByTheKernelUntilReset()
    {
        using Laboratory lab = Laboratory.Build();
        using ApplianceNode node = Begin(lab, "maximum_flaps: 0", "bypass: { action: passthrough }");
        AwaitServing(lab, node, "active");
        Assert.InRange(Answered(lab), 1, Asked - 1); // the limit: five at once and one a second

        Crash(node);
        AwaitServing(lab, node, "bypass");
        Until.True("the listeners are redirected", () => Detail(node).Contains("192.0.2.100:80 redirected to 203.0.113.21:8080", StringComparison.Ordinal), seen: node.Describe);
        Assert.Contains("192.0.2.100:8081 redirected to 203.0.113.21:8080", Detail(node), StringComparison.Ordinal);
        Assert.Equal("1", Forwarding(lab));
        Assert.Equal(Asked, Answered(lab));
        Assert.Equal(0, lab.Exec("client", "curl", "-sf", "-o", "/dev/null", $"http://{Laboratory.VirtualAddress}:8081/").ExitCode);
        Assert.Contains("flaps     1 of 0", node.Cli("status").Text, StringComparison.Ordinal);

        Assert.Equal(0, node.Cli("ha", "reset").ExitCode);
        AwaitServing(lab, node, "active");
        Until.True("nothing is redirected", () => !Ruleset(lab).Contains("elements", StringComparison.Ordinal), seen: () => Ruleset(lab));
        Until.True("forwarding is as before", () => Forwarding(lab) == "0", seen: node.Describe);
        Assert.InRange(Answered(lab), 0, Asked - 1);

        Assert.Equal(0, node.Process.Terminate());
        Assert.DoesNotContain("appliance_bypass", Ruleset(lab), StringComparison.Ordinal);
    }

    [Fact]
    public void CleanupUndoesAllOfIt()
    {
        using Laboratory lab = Laboratory.Build();
        using ApplianceNode node = Begin(lab, "maximum_flaps: 0", "bypass: { action: passthrough }");
        AwaitServing(lab, node, "active");
        Crash(node);
        AwaitServing(lab, node, "bypass");
        Until.True("forwarding is on", () => Forwarding(lab) == "1", seen: node.Describe);
        node.Process.Kill();

        Assert.Contains("redirect", Ruleset(lab), StringComparison.Ordinal);
        Assert.Equal(0, node.Cli("cleanup", "--config", node.ConfigPath).ExitCode);
        Assert.Equal("0", Forwarding(lab));
        Assert.DoesNotContain("appliance_bypass", Ruleset(lab), StringComparison.Ordinal);
    }

    [Fact]
    public void ForwardingThatWasOnStaysOn()
    {
        using Laboratory lab = Laboratory.Build();
        using ApplianceNode node = Begin(lab, "maximum_flaps: 0", "bypass: { action: passthrough }");
        SetForwarding(lab, "1");
        AwaitServing(lab, node, "active");
        Crash(node);
        AwaitServing(lab, node, "bypass");
        Until.True("traffic is redirected", () => Detail(node).Contains("redirected", StringComparison.Ordinal), seen: node.Describe);
        Assert.Equal(0, node.Process.Terminate());
        Assert.Equal("1", Forwarding(lab));
    }

    [Fact]
    public void TheOperatorsCommandIsRunAtBothEnds()
    {
        using Laboratory lab = Laboratory.Build();
        string told = Path.Combine(lab.Directory, "told");
        string command = Path.Combine(lab.Directory, "bypass-card");
        File.WriteAllText(command, $"#!/bin/sh\necho \"$@\" >> {told}\n");
        File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using NodePair pair = new(new NodeSettings { Election = ["maximum_flaps: 0", $"bypass: {{ action: command, command: {command} }}"] });
        pair.A.Start().AwaitRole("active"); // alone: two that begin at once might both be active for a moment, and one would have flapped
        pair.B.Start();
        pair.AwaitSettled();

        Crash(pair.A);
        Until.True("the node stays out", () => pair.A.Role == "bypass" && File.Exists(told), 20, pair.Describe);
        pair.AwaitActive(pair.B);
        Until.True("the command has run", () => File.ReadAllText(told) == "on\n" && Detail(pair.A).Contains("on: ok", StringComparison.Ordinal), seen: pair.Describe);
        Assert.Equal(0, pair.A.Cli("ha", "reset").ExitCode);
        Until.True("the command has run again", () => File.ReadAllText(told) == "on\noff\n", seen: pair.Describe);
        Until.True("the node is passive", () => pair.A.Role == "passive", seen: pair.Describe);
    }

    /// <summary>A peer is configured and does not run.</summary>
    private static ApplianceNode Begin(Laboratory lab, params string[] election)
    {
        SetForwarding(lab, "0");
        return new ApplianceNode(lab, "a", new NodeSettings { Election = election, Extra = "drain_timeout: 1s" }).Start();
    }

    /// <summary>The daemon notes within a tenth of a second that it is active; a death before that is none of an active node.</summary>
    private static void Crash(ApplianceNode node)
    {
        Until.True("the daemon has noted that it is active", () => File.Exists(Path.Combine(node.Home, "state", "active")), seen: node.Describe);
        node.Process.Kill();
        node.Start();
    }

    private static void AwaitServing(Laboratory lab, ApplianceNode node, string role)
    {
        node.AwaitRole(role);
        Until.True($"the address is held and answers as {role}", () => node.IsRunning() && node.Role == role && node.HoldsAddress
            && lab.Exec("client", "curl", "-s", "--max-time", "2", "-o", "/dev/null", $"http://{Laboratory.VirtualAddress}/").ExitCode == 0, seen: node.Describe);
    }

    /// <summary>How many of the requests for the limited page are answered 200, each on a connection of its own.</summary>
    private static int Answered(Laboratory lab)
    {
        string[] pages = [.. Enumerable.Range(0, Asked).SelectMany(_ => (string[])["-o", "/dev/null", Page])];
        string codes = lab.Exec("client", ["curl", "-s", "--max-time", "20", "-H", "Connection: close", "-w", "%{http_code}\n", .. pages]).Text;
        return codes.Split('\n').Count(code => code == "200");
    }

    private static string Detail(ApplianceNode node) =>
        node.Status is { } status && status.TryGetProperty("bypass", out var bypass) ? bypass.GetProperty("detail").GetString()! : "";

    private static string Ruleset(Laboratory lab) => lab.Exec("a", "nft", "list", "ruleset").Text;

    private static string Forwarding(Laboratory lab) => lab.Exec("a", "cat", "/proc/sys/net/ipv4/ip_forward").Text.Trim();

    private static void SetForwarding(Laboratory lab, string value) => _ = lab.Exec("a", "sh", "-c", $"echo {value} > /proc/sys/net/ipv4/ip_forward").Text;
}
