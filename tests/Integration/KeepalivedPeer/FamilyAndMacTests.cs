using Integration.Lab;

namespace Integration.KeepalivedPeer;

/// <summary>Both roles beside a real keepalived, over IPv4 and IPv6, each side with and without its virtual MAC.</summary>
public sealed class FamilyAndMacTests
{
    public static TheoryData<bool, bool, bool> Sides => new()
    {
        { false, true, true },
        { false, false, true },
        { true, false, false },
        { true, true, true },
        { true, true, false },
    };

    [Theory]
    [MemberData(nameof(Sides))]
    public void OursTakesOverFromKeepalivedAndGivesBack(bool ip6, bool ourMac, bool theirMac)
    {
        using var lab = Laboratory.Build();
        string address = Ours.Address(ip6);
        var keepalived = new KeepalivedRouter(lab, "b", priority: 200, ip6: ip6, virtualMac: theirMac);
        keepalived.Start();
        Until.True("keepalived is master", () => keepalived.IsMaster, 15, () => keepalived.Log);
        using var node = new ApplianceNode(lab, "a", Ours.Of(ip6, ourMac, "100")).Start();
        node.AwaitRole("passive");
        Until.Stays("ours waits", () => keepalived.IsMaster && node.Role == "passive" && !lab.HoldsAddress("a", address), 1, () => node.Describe() + keepalived.Log);

        keepalived.Stop();
        node.AwaitRole("active");
        Until.True("the client is served by ours", () => lab.Get(address).StartsWith("hello from upstream-", StringComparison.Ordinal), 10, node.Describe);

        keepalived.Start();
        Until.True("keepalived has it back", () => keepalived.IsMaster && node.Role == "passive" && !lab.HoldsAddress("a", address), 15, () => node.Describe() + keepalived.Log);
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void KeepalivedTakesOverFromOursAndGivesBack(bool ip6, bool ourMac, bool theirMac)
    {
        using var lab = Laboratory.Build();
        string address = Ours.Address(ip6);
        using var node = new ApplianceNode(lab, "a", Ours.Of(ip6, ourMac, "200")).Start();
        node.AwaitRole("active");
        var keepalived = new KeepalivedRouter(lab, "b", priority: 100, ip6: ip6, virtualMac: theirMac);
        keepalived.Start();
        Until.True("keepalived entered backup", () => keepalived.Log.Contains("BACKUP STATE", StringComparison.Ordinal), 10, () => keepalived.Log);
        Until.Stays("keepalived waits", () => !keepalived.IsMaster && lab.HoldsAddress("a", address), 1, () => node.Describe() + keepalived.Log);

        Assert.Equal(0, node.Process.Terminate());
        Until.True("keepalived is master", () => keepalived.IsMaster, 15, () => node.Describe() + keepalived.Log);
        Assert.False(lab.HoldsAddress("a", address));

        node.Start();
        node.AwaitRole("active");
        Until.True("keepalived steps back", () => !keepalived.IsMaster && lab.HoldsAddress("a", address), 15, () => node.Describe() + keepalived.Log);
        Until.True("the client is served by ours", () => lab.Get(address).StartsWith("hello from upstream-", StringComparison.Ordinal), 10, node.Describe);
    }
}
