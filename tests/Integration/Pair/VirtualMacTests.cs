using Integration.KeepalivedPeer;
using Integration.Lab;

namespace Integration.Pair;

/// <summary>The virtual MAC moves with the role, and nothing of it is left behind.</summary>
public sealed class VirtualMacTests
{
    private static readonly string[] Addresses = [Laboratory.VirtualAddress, Laboratory.VirtualAddress6];

    [Fact]
    public void TheSwitchAndTheClientFollowTheMacToTheNewActive()
    {
        using var pair = NodePair.Running(Ours.Both with { VirtualMac = true });
        AwaitBehind(pair, "a-lan");
        Assert.All(Addresses, address => Assert.StartsWith("hello", pair.Lab.Get(address), StringComparison.Ordinal));

        pair.HandOver(pair.A);
        pair.AwaitActive(pair.B);

        AwaitBehind(pair, "b-lan");
        Assert.All(Addresses, address => Assert.StartsWith("hello", pair.Lab.Get(address), StringComparison.Ordinal));
        Until.True("the old link is down", () => !Links(pair, "a").Contains(",UP", StringComparison.Ordinal), 10, () => Links(pair, "a"));

        // The client never learnt another MAC for them: this is what the mode is for.
        string learnt = pair.Lab.Exec("client", "ip", "neighbour", "show").Text;
        Assert.Contains($"{Laboratory.VirtualAddress} dev eth0 lladdr {Ours.Mac4}", learnt, StringComparison.Ordinal);
        Assert.Contains($"{Laboratory.VirtualAddress6} dev eth0 lladdr {Ours.Mac6}", learnt, StringComparison.Ordinal);
    }

    [Fact]
    public void AStoppedNodeLeavesNoLinkAndPutsTheSettingsBack()
    {
        using var pair = new NodePair(Ours.Both with { VirtualMac = true });
        Set(pair, "arp_announce", 1);
        pair.A.Start();
        pair.A.AwaitRole("active");
        Assert.Equal("1 2", Settings(pair));
        Assert.Contains("vrrp4.51", Links(pair, "a"), StringComparison.Ordinal);

        Assert.Equal(0, pair.A.Process.Terminate());

        Assert.Equal("0 1", Settings(pair));
        Assert.Empty(Links(pair, "a"));
    }

    [Fact]
    public void CleanupRemovesTheLinksOfAKilledNodeAndPutsTheSettingsBack()
    {
        using var pair = NodePair.Running(Ours.Both with { VirtualMac = true });
        pair.A.Process.Kill();
        Assert.Equal("1 2", Settings(pair));
        Assert.Contains("vrrp6.51", Links(pair, "a"), StringComparison.Ordinal);

        pair.A.Cli("cleanup", "--config", pair.A.ConfigPath).AssertExitCode(0);

        Assert.Equal("0 0", Settings(pair));
        Assert.Empty(Links(pair, "a"));
        Assert.All(Addresses, address => Assert.False(pair.Lab.HoldsAddress("a", address)));
    }

    [Fact]
    public void ANodeThatWasKilledStartsAgainOverItsLeftovers()
    {
        using var pair = new NodePair(Ours.Both with { VirtualMac = true });
        pair.A.Start();
        pair.A.AwaitRole("active");
        pair.A.Process.Kill();

        pair.A.Start();
        pair.A.AwaitRole("active");
        Until.True("the client is served", () => pair.Lab.Get(Laboratory.VirtualAddress).StartsWith("hello", StringComparison.Ordinal), 10, pair.A.Describe);
        Assert.Equal(0, pair.A.Process.Terminate());
        Assert.Equal("0 0", Settings(pair));
    }

    [Fact]
    public void AForeignInterfaceOfThatNameIsRefusedByName()
    {
        using var pair = new NodePair(Ours.Both with { VirtualMac = true });
        _ = pair.Lab.Exec("a", "ip", "link", "add", "vrrp4.51", "type", "veth", "peer", "name", "other").Text;

        var result = pair.A.RunToEnd();

        result.AssertExitCode(1);
        Assert.Contains("vrrp4.51", result.Error + result.Output, StringComparison.Ordinal);
        Assert.Equal("0 0", Settings(pair));
        Assert.Contains("vrrp4.51", pair.Lab.Exec("a", "ip", "-brief", "link", "show").Text, StringComparison.Ordinal);
    }

    private static void AwaitBehind(NodePair pair, string port) =>
        Until.True(
            $"the switch knows both MACs behind {port}",
            () => pair.Lab.PortOf(Ours.Mac4) == port && pair.Lab.PortOf(Ours.Mac6) == port, 10, () => $"{pair.Lab.PortOf(Ours.Mac4)} {pair.Lab.PortOf(Ours.Mac6)}\n{pair.Describe()}");

    private static string Links(NodePair pair, string node) => pair.Lab.Exec(node, "ip", "-oneline", "link", "show", "type", "macvlan").Text;

    private static string Settings(NodePair pair) =>
        string.Join(' ', new[] { "arp_ignore", "arp_announce" }.Select(name => pair.Lab.Exec("a", "cat", $"/proc/sys/net/ipv4/conf/eth0/{name}").Text.Trim()));

    private static void Set(NodePair pair, string name, int value) =>
        _ = pair.Lab.Exec("a", "sh", "-c", $"echo {value} > /proc/sys/net/ipv4/conf/eth0/{name}").Text;
}
