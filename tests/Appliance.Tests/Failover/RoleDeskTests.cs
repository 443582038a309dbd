using Appliance.Cli;
using Appliance.Failover;
using Appliance.Hosting;
using Appliance.Systemd;
using Appliance.Tests.Journal;

namespace Appliance.Tests.Failover;

public sealed class RoleDeskTests : IDisposable
{
    private readonly FakeNode _node = new();
    private readonly FakeDrain _traffic;
    private readonly Readiness _readiness = new() { Started = true };
    private readonly RecordingLog _log = new();
    private readonly ServiceNotifier _notifier = ServiceNotifier.FromEnvironment(_ => null);
    private readonly RoleDesk _desk;

    public RoleDeskTests()
    {
        _traffic = new FakeDrain(_node.Calls);
        _desk = new RoleDesk(_node, null, _traffic, _readiness, _notifier, _log);
    }

    public void Dispose()
    {
        _desk.Dispose();
        _notifier.Dispose();
    }

    [Fact]
    public async Task AHandoverDrainsBeforeItSwitchesAndTakesTrafficAgainAfterwards()
    {
        OrderResult result = await _desk.FailoverAsync(force: false, wait: true);
        Assert.Equal(ExitCode.Ok, result.Code);
        Assert.Equal(["draining True", "wait 0.5", "handover force=False", "wait 30", "draining False"], _node.Calls);
    }

    [Theory]
    [InlineData("active", "passive", true)]
    [InlineData("active", "unfit", true)]
    [InlineData("passive", "active", false)]
    public void WhatIsConnectedToAnAddressThatHasLeftIsCut(string from, string to, bool cut)
    {
        _node.Role = from;
        _node.Become(to);
        Assert.Equal(cut, _node.Calls.Contains("cut 51"));
    }

    [Theory]
    [InlineData("active", false)]
    [InlineData("passive", true)]
    public void AGroupThatIsTakenBackDoesNotSendTheClientsOfAnotherAway(string other, bool drains)
    {
        _node.Groups = [new GroupReport { VirtualRouterId = 51, Role = "active" }, new GroupReport { VirtualRouterId = 52, Role = other }];
        _node.AskForHandover();
        Assert.True(SpinWait.SpinUntil(() => Calls().Contains("draining False"), TimeSpan.FromSeconds(60)));
        Assert.Equal(drains, Calls().Contains("wait 30"));
    }

    [Fact]
    public async Task ARefusedHandoverTakesTrafficAgainAtOnceAndSaysWhy()
    {
        _node.Refusal = "the peer is not in sync";
        OrderResult result = await _desk.FailoverAsync(force: true, wait: true);
        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.Contains("the peer is not in sync", result.Text, StringComparison.Ordinal);
        Assert.Equal(["draining True", "wait 0.5", "handover force=True", "draining False"], _node.Calls);
    }

    [Fact]
    public async Task WithoutWaitTheAnswerComesWhenThePeerIsActive()
    {
        _traffic.HoldSettling = true;
        OrderResult result = await _desk.FailoverAsync(force: false, wait: false);
        Assert.Equal(ExitCode.Ok, result.Code);
        Assert.DoesNotContain("draining False", _node.Calls);

        Assert.Contains("another handover", (await _desk.FailoverAsync(force: false, wait: false)).Text, StringComparison.Ordinal);
        _traffic.BecomeIdle();
        await UntilAsync("draining False");
        Assert.Equal(ExitCode.Ok, (await _desk.FailoverAsync(force: false, wait: true)).Code);
    }

    [Fact]
    public async Task ThePreferredPeerGetsTheRoleBackByTheSamePath()
    {
        _node.AskForHandover();
        await UntilAsync("draining False");
        Assert.Equal(["draining True", "wait 0.5", "handover force=False", "wait 30", "draining False"], _node.Calls);
    }

    [Fact]
    public async Task APeerThatRepeatsItsWishDuringAHandoverIsNotGrantedTwice()
    {
        _traffic.HoldSettling = true;
        await _desk.FailoverAsync(force: false, wait: false);
        _node.AskForHandover();
        _node.AskForHandover();
        _traffic.BecomeIdle();
        await UntilAsync("draining False");
        Assert.Single(_node.Calls, call => call.StartsWith("handover", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AStoppingActiveNodeHandsOverWhateverConfigThePeerRunsAndGoesOnDraining()
    {
        _readiness.Draining = true;
        await _desk.LeaveAsync();
        Assert.Contains("handover force=True", _node.Calls);
        Assert.DoesNotContain("draining False", _node.Calls);
    }

    [Fact]
    public async Task AStoppingPassiveNodeHasNothingToHandOver()
    {
        _node.Role = "passive";
        await _desk.LeaveAsync();
        Assert.Empty(_node.Calls);
    }

    [Fact]
    public void StandbyReachesTheNode()
    {
        Assert.Equal(ExitCode.Ok, _desk.SetStandby(true).Code);
        Assert.Equal(ExitCode.Ok, _desk.SetStandby(false).Code);
        Assert.Equal(["standby True", "standby False"], _node.Calls);
    }

    [Fact]
    public void RoleChangesAreLogged()
    {
        _node.Become("passive");
        Assert.Contains("role active -> passive: test", _log.Lines);
    }

    [Fact]
    public void SystemdIsToldRoleTimeAndPeer() =>
        Assert.Equal("Active since 08:51:20 UTC, peer lb-b reachable", RoleDesk.StatusText(_node.Report()));

    private async Task UntilAsync(string call)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            lock (_node.Calls)
            {
                if (_node.Calls.Contains(call)) return;
            }

            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private string[] Calls()
    {
        lock (_node.Calls) return [.. _node.Calls];
    }
}
