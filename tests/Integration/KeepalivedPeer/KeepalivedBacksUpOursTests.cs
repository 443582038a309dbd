using Integration.Lab;

namespace Integration.KeepalivedPeer;

/// <summary>Ours is the master and keepalived waits behind it: it must believe our adverts, and act on their end.</summary>
public sealed class KeepalivedBacksUpOursTests
{
    private static readonly NodeSettings Ours = new() { Peer = false, Priority = "200", Preempt = true };

    [Fact]
    public void KeepalivedTakesOverWhenOursStopsAndGivesBackWhenItReturns()
    {
        using var lab = Laboratory.Build();
        var (node, keepalived) = Leading(lab);
        using var _ = node;

        Assert.Equal(0, node.Process.Terminate());
        Until.True("keepalived is master", () => keepalived.IsMaster, 15, () => node.Describe() + keepalived.Log);
        // Priority 0 was said, and keepalived heard it: it did not have to wait for the timer.
        Assert.False(node.HoldsAddress);

        node.Start();
        node.AwaitRole("active");
        Until.True("keepalived steps back", () => !keepalived.IsMaster && node.HoldsAddress, 15, () => node.Describe() + keepalived.Log);
    }

    [Fact]
    public void KeepalivedTakesOverWhenOursIsKilled()
    {
        using var lab = Laboratory.Build();
        var (node, keepalived) = Leading(lab);
        using var _ = node;

        node.Process.Kill();

        Until.True("keepalived is master", () => keepalived.IsMaster, 15, () => node.Describe() + keepalived.Log);
        Until.True("the killed node's address expired", () => !node.HoldsAddress, 10, node.Describe);
    }

    private static (ApplianceNode Node, KeepalivedRouter Keepalived) Leading(Laboratory lab)
    {
        var node = new ApplianceNode(lab, "a", Ours).Start();
        node.AwaitRole("active");
        var keepalived = new KeepalivedRouter(lab, "b", priority: 100);
        keepalived.Start();
        Until.True("keepalived entered backup", () => keepalived.Log.Contains("BACKUP STATE", StringComparison.Ordinal), 10, () => keepalived.Log);
        Until.Stays("keepalived waits", () => !keepalived.IsMaster && node.HoldsAddress, 1.5, () => node.Describe() + keepalived.Log);
        return (node, keepalived);
    }
}
