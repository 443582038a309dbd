using System.Diagnostics;
using Integration.Lab;

namespace Integration.Pair;

public sealed class AddressLifetimeTests
{
    [Fact]
    public void TheAddressOfAKilledNodeExpiresByItself()
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings()).Start();
        node.AwaitRole("active");
        Assert.True(node.HoldsAddress);

        node.Process.Kill();
        long killed = Stopwatch.GetTimestamp();

        Until.True("the kernel dropped the address", () => !node.HoldsAddress, 10, node.Describe);
        Figure.Milliseconds("address of a killed lone node gone after", Stopwatch.GetElapsedTime(killed).TotalMilliseconds, 5);
    }

    [Fact]
    public void AnAddressLeftBehindIsRemovedAtStart()
    {
        using var pair = new NodePair();
        pair.B.Start();
        pair.AwaitActive(pair.B);
        // As after a crash and a quick restart: finite lifetime, in our config, on a node that is not active.
        _ = pair.Lab.Exec("a", "ip", "address", "add", $"{Laboratory.VirtualAddress}/24", "dev", "eth0", "valid_lft", "600", "preferred_lft", "600").Text;

        pair.A.Start();

        Until.True("a removed it", () => !pair.A.HoldsAddress, 10, pair.Describe);
        pair.AwaitSettled();
        Assert.Equal("active", pair.B.Role);
    }

    [Fact]
    public void AStoppedNodeLeavesNoAddress()
    {
        using var lab = Laboratory.Build();
        using var node = new ApplianceNode(lab, "a", new NodeSettings()).Start();
        node.AwaitRole("active");

        Assert.Equal(0, node.Process.Terminate());

        Assert.False(node.HoldsAddress);
    }

    [Fact]
    public void CleanupRemovesTheAddressOfAKilledNode()
    {
        using var pair = NodePair.Running();
        pair.A.Process.Kill();

        var result = pair.A.Cli("cleanup", "--config", pair.A.ConfigPath);

        result.AssertExitCode(0);
        Assert.False(pair.A.HoldsAddress, result.ToString());
    }

    [Fact]
    public void AnAddressTakenAwayByAnotherHandIsPutBack()
    {
        using var pair = NodePair.Running();

        _ = pair.Lab.Exec("a", "ip", "address", "delete", $"{Laboratory.VirtualAddress}/24", "dev", "eth0").Text;

        Until.True("a put it back", () => pair.A.HoldsAddress, 5, pair.Describe);
        Assert.Equal("active", pair.A.Role);
    }
}
