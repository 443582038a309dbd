using Integration.Lab;

namespace Integration.KeepalivedPeer;

/// <summary>A foreign VRRP router is the master and ours waits behind it: adverts are the only path.</summary>
public sealed class OursBacksUpKeepalivedTests
{
    private static readonly NodeSettings Ours = new() { Peer = false, Priority = "100", Preempt = true };

    [Fact]
    public void OursTakesOverWhenKeepalivedStopsAndGivesBackWhenItReturns()
    {
        using var lab = Laboratory.Build();
        var (node, keepalived) = Waiting(lab);
        using var _ = node;

        keepalived.Stop();
        node.AwaitRole("active");
        Assert.True(node.HoldsAddress);
        Assert.Contains("hello from upstream-", lab.Exec("client", "curl", "-s", "--max-time", "5", $"http://{Laboratory.VirtualAddress}/").Text, StringComparison.Ordinal);

        keepalived.Start();
        Until.True("keepalived has it back", () => keepalived.IsMaster && !node.HoldsAddress && node.Role == "passive", 15, () => node.Describe() + keepalived.Log);
    }

    [Fact]
    public void OursTakesOverWhenKeepalivedIsKilled()
    {
        using var lab = Laboratory.Build();
        var (node, keepalived) = Waiting(lab);
        using var _ = node;

        keepalived.Kill();

        node.AwaitRole("active");
        Assert.True(node.HoldsAddress);
    }

    private static (ApplianceNode Node, KeepalivedRouter Keepalived) Waiting(Laboratory lab)
    {
        var keepalived = new KeepalivedRouter(lab, "b", priority: 200);
        keepalived.Start();
        Until.True("keepalived is master", () => keepalived.IsMaster, 15, () => keepalived.Log);
        var node = new ApplianceNode(lab, "a", Ours).Start();
        node.AwaitRole("passive");
        Until.Stays("ours waits", () => !node.HoldsAddress && keepalived.IsMaster && node.Role == "passive", 1, () => node.Describe() + keepalived.Log);
        return (node, keepalived);
    }
}
