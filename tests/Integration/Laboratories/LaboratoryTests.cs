using Integration.Lab;

namespace Integration.Laboratories;

/// <summary>The instrument before the measurement: if these fail, the others mean nothing.</summary>
public sealed class LaboratoryTests
{
    [Fact]
    public void TheProbeSeesTheOutageOfAKeepalivedPair()
    {
        using var lab = Laboratory.Build();
        NodeWebServer.Start(lab, "a");
        NodeWebServer.Start(lab, "b");
        var first = new KeepalivedRouter(lab, "a", priority: 254);
        var second = new KeepalivedRouter(lab, "b", priority: 253);
        first.Start();
        second.Start();
        Until.True("keepalived on a is master alone", () => first.IsMaster && !second.IsMaster, 15, () => first.Log + second.Log);
        var probe = lab.StartProbe().AwaitReady();

        // A crash that leaves neither process nor address: the node falls silent with its carrier up.
        lab.SetBlocked("a", "lan", blocked: true);

        Until.True("keepalived on b is master", () => second.IsMaster, 15, () => second.Log);
        var report = probe.Finish();
        Figure.Milliseconds("keepalived 254/253 at 100 ms, silent loss, longest outage", report.LongestGapMs, report.NoiseMs);

        // Three missed adverts and the skew; nothing can be faster, and a probe that says so does not measure.
        Assert.InRange(report.LongestGapMs, 195, 3000);
        Assert.True(report.Value("served_by_node-a") > 0 && report.Value("served_by_node-b") > 0, report.Text);
    }

    [Fact]
    public void TheProbeSeesNoOutageWhereThereIsNone()
    {
        using var lab = Laboratory.Build();
        NodeWebServer.Start(lab, "a");
        Assert.Equal(0, lab.Exec("a", "ip", "address", "add", $"{Laboratory.VirtualAddress}/24", "dev", "eth0").ExitCode);

        var report = lab.StartProbe("--duration", "2s").AwaitReady().FinishAtEnd();

        Assert.Equal(0, report.Errors);
        Assert.True(report.Answers > 500, report.Text);
        Assert.InRange(report.LongestGapMs, 0, 200 + report.NoiseMs);
    }

    [Fact]
    public void ALinkTakenDownAtTheSwitchLosesItsCarrierAndABlockedPortKeepsIt()
    {
        using var lab = Laboratory.Build();
        string Carrier() => lab.Exec("a", "cat", "/sys/class/net/eth0/carrier").Output.Trim();
        bool Reachable() => lab.Exec("client", "ping", "-c", "1", "-W", "1", "192.0.2.11").ExitCode == 0;
        Assert.True(Reachable());

        lab.SetBlocked("a", "lan", blocked: true);
        Assert.Equal("1", Carrier());
        Assert.False(Reachable());

        lab.SetBlocked("a", "lan", blocked: false);
        Assert.True(Reachable());

        lab.SetLink("a", "lan", up: false);
        Until.True("the carrier is gone", () => Carrier() != "1");
    }

    [Fact]
    public void PartedNodesAreReachedByTheClientButNotByEachOther()
    {
        using var lab = Laboratory.Build();
        bool Reaches(string from, string address) => lab.Exec(from, "ping", "-c", "1", "-W", "1", address).ExitCode == 0;

        lab.SetParted("lan", parted: true);

        Assert.False(Reaches("a", "192.0.2.12"));
        Assert.True(Reaches("client", "192.0.2.11"));
        Assert.True(Reaches("client", "192.0.2.12"));
        Assert.True(Reaches("b", "192.0.2.1"));
    }

    [Fact]
    public void NothingStaysBehind()
    {
        var lab = Laboratory.Build();
        var process = lab.Start("a", "sleeper", ["sleep", "600"]);
        Assert.Contains(lab.Name, Command.Run("ip", "netns", "list").Text, StringComparison.Ordinal);

        lab.Dispose();

        Assert.Throws<InvalidOperationException>(() => process.HasExited);
        Assert.DoesNotContain(lab.Name, Command.Run("ip", "netns", "list").Text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(lab.Directory));
    }

    [Fact]
    public void TheLaboratoryIsTakenDownWhenItsOwnerDies()
    {
        string name = $"it{Environment.ProcessId}-orphan";
        using var owner = System.Diagnostics.Process.Start("sleep", "600");
        Command.Run(Repository.PairScript, "up", name, $"{owner.Id}").Text.ToString();
        Assert.True(File.Exists($"/run/netns/{name}-a"));

        owner.Kill();

        Until.True("the watcher removed it", () => !File.Exists($"/run/netns/{name}-a") && !File.Exists($"/run/netns/{name}-sw"));
    }
}
