using Appliance.Configuration;
using Appliance.Failover;
using Appliance.Hosting;
using Appliance.Proxy;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Failover;

public sealed class HaWatchTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-ha-");
    private readonly RecordingLog _log = new();
    private readonly FakeNode _node = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task WhatChangesBetweenTwoLooksBecomesAnEvent()
    {
        using HaWatch watch = Begin();
        _node.Monitors = [new MonitorReport("witness", true, "answers")];
        watch.Look([], 0);
        _node.Peer = _node.Peer! with { State = "degraded" };
        _node.Monitors = [new MonitorReport("witness", false, "silent"), new MonitorReport("primary", false, "both")];
        _node.Warnings = ["late"];
        watch.Look([], 1);
        _node.Monitors = [new MonitorReport("witness", false, "silent")];
        watch.Look([], 2);
        _node.Become("passive");
        watch.Reset();

        Assert.Equal(
            [
                "1 ha.peer peer lb-b is degraded", "2 ha.monitor monitor witness failed: silent", "3 ha.monitor monitor primary failed: both",
                "4 ha.warning late", "5 ha.monitor monitor primary is ok: ok again", "6 ha.role group 51: active -> passive: test",
                "7 ha.reset reset by the operator: out of bypass, flaps forgotten",
            ],
            (await watch.Events.ReadAsync(0, TimeSpan.Zero))!.Value.Select(e => $"{e.Sequence} {e.Kind} {e.Text}"));
        Assert.Contains("reset", _node.Calls);
    }

    [Fact]
    public void AWarningIsLoggedWhenItComesAndNotAgainWhileItStays()
    {
        using HaWatch watch = Begin();
        _node.Warnings = ["late"];
        for (int i = 0; i < 5; i++) watch.Look([], i);
        Assert.Single(_log.Lines, "late");
    }

    [Fact]
    public void MonitorsOfTheDaemonStandBesideThoseOfTheElectionAndOverThem()
    {
        using HaWatch watch = Begin();
        watch.Look([new UpstreamStatus("api", []) { HealthyServers = 2 }], 0);
        Assert.Equal(["upstreams: True api has 2 healthy", "bandwidth: True eth1: nothing measured yet, at least 1Mbps needed"], Monitors(watch));
        _node.Monitors = [new MonitorReport("carrier:eth0", true, "up"), new MonitorReport("bandwidth", false, "gave the role away")];
        Assert.Equal(
            [
                "carrier:eth0: True up", "upstreams: True api has 2 healthy",
                "bandwidth: False gave the role away; now eth1: nothing measured yet, at least 1Mbps needed",
            ],
            Monitors(watch));
    }

    [Fact]
    public void LeavingBypassForgetsTheFlapsThatAreKept()
    {
        using HaWatch watch = Begin();
        _node.Role = "passive";
        _node.Flaps = 3;
        watch.Look([], 0);
        Assert.True(File.Exists(_directory.PathOf("flaps")));
        _node.Role = "bypass";
        _node.Become("passive");
        Assert.False(File.Exists(_directory.PathOf("flaps")));
    }

    [Fact]
    public void ResetOfASingleNodeSaysWhyItCannot()
    {
        using var notifier = Appliance.Systemd.ServiceNotifier.FromEnvironment(_ => null);
        using var desk = new RoleDesk(null, null, new FakeDrain([]), new Readiness(), notifier, _log);
        Assert.Contains("single node", desk.Reset().Text, StringComparison.Ordinal);
    }

    private static string[] Monitors(HaWatch watch) => [.. watch.Report().Monitors.Select(m => $"{m.Name}: {m.Ok} {m.Detail}")];

    private HaWatch Begin() => new(_node, TimeProvider.System, _log)
    {
        Upstreams = new UpstreamTrack(["api"], _node),
        Bandwidth = new BandwidthWatch(new BandwidthConfig("eth1", 1_000_000, TimeSpan.FromSeconds(1)), _node, () => 7),
        Flaps = new FlapRecord(_directory.FullName, TimeSpan.FromMinutes(10), MonotonicBoot.Read, _log),
    };
}
