using Integration.KeepalivedPeer;
using Integration.Lab;

namespace Integration.Pair;

/// <summary>A group with addresses of both families, and one of IPv6 alone.</summary>
public sealed class BothFamiliesTests
{
    private static readonly string[] Addresses = [Laboratory.VirtualAddress, Laboratory.VirtualAddress6, Ours.LinkLocal];

    [Fact]
    public void BothFamiliesMoveTogetherWhenTheActiveIsKilled()
    {
        using var pair = NodePair.Running(Ours.Both);
        Assert.All(Addresses, address => Assert.True(pair.Lab.HoldsAddress("a", address), address));

        pair.A.Process.Kill();

        pair.AwaitActive(pair.B);
        Until.True("b holds all", () => Addresses.All(address => pair.Lab.HoldsAddress("b", address)), 10, pair.Describe);
        Until.True("the dead node's addresses expire", () => !Addresses.Any(address => pair.Lab.HoldsAddress("a", address)), 10, pair.Describe);
        foreach (string address in Addresses[..2])
            Until.True($"{address} answers", () => pair.Lab.Get(address).StartsWith("hello", StringComparison.Ordinal), 10, pair.Describe);
    }

    [Fact]
    public void AnIp6AddressTakenAwayByAnotherHandIsPutBack()
    {
        using var pair = NodePair.Running(Ours.Both);

        _ = pair.Lab.Exec("a", "ip", "address", "delete", $"{Laboratory.VirtualAddress6}/64", "dev", "eth0").Text;

        Until.True("a put it back", () => pair.Lab.HoldsAddress("a", Laboratory.VirtualAddress6), 5, pair.Describe);
        Assert.Contains("somebody deleted virtual address 2001:db8::100", pair.A.Process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void AnActiveThatFallsSilentOnTheLanIsReplacedByTheEvidenceOfNeighbourDiscovery()
    {
        using var pair = NodePair.Running(new NodeSettings { VirtualAddresses = $"{Laboratory.VirtualAddress6}/64", Witness = "2001:db8::1" });

        pair.Lab.SetBlocked("a", "lan", blocked: true);

        pair.B.AwaitRole("active");
        pair.A.AwaitRole("unfit");
        Until.True("the client is served by b", () => pair.Lab.Get(Laboratory.VirtualAddress6).StartsWith("hello", StringComparison.Ordinal), 10, pair.Describe);
    }

    [Theory]
    [InlineData(Laboratory.VirtualAddress)]
    [InlineData(Laboratory.VirtualAddress6)]
    public void AnotherHostWithAVirtualAddressIsFoundByAsking(string address)
    {
        using var pair = NodePair.Running(Ours.Both);
        string prefix = address.Contains(':', StringComparison.Ordinal) ? "64" : "24";

        // Silently: it announces nothing, as a host that was configured before the virtual address was.
        _ = pair.Lab.Exec("client", ["ip", "address", "add", $"{address}/{prefix}", "dev", "eth0", .. prefix == "64" ? new[] { "nodad" } : []]).Text;

        Until.True("a complains", () => pair.A.Process.Log.Contains($"another host claims virtual address {address}", StringComparison.Ordinal), 15, pair.A.Describe);
    }
}
