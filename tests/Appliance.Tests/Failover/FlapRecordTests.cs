using Appliance.Failover;
using Appliance.Tests.Journal;
using TestSupport;

namespace Appliance.Tests.Failover;

public sealed class FlapRecordTests : IDisposable
{
    private readonly TemporaryFolder _directory = new("appliance-flaps-");
    private readonly RecordingLog _log = new();
    private readonly FakeNode _node = new() { Role = "passive" };
    private MonotonicBoot _now = new("boot-1", TimeSpan.FromHours(5));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void ARestartFindsTheFlapsWithTheirAge()
    {
        FlapRecord first = Begin();
        Flap(first);
        Pass(60);
        Flap(first);
        first.Leave();
        Pass(30);

        Assert.Equal([90, 30], Begin().Load().Select(age => age.TotalSeconds));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void FlapsThatWereFoundAtStartAreNotCountedAgain()
    {
        FlapRecord first = Begin();
        Flap(first);
        FlapRecord second = Begin();
        second.Load();
        second.Update(_node.Report()); // the election counts the one that it was given
        Pass(10);
        second.Update(_node.Report());

        Assert.Equal([10], Begin().Load().Select(age => age.TotalSeconds));
        Flap(second);
        Assert.Equal([10, 0], Begin().Load().Select(age => age.TotalSeconds));
    }

    [Fact]
    public void WhatIsOlderThanTheWindowIsForgotten()
    {
        FlapRecord first = Begin();
        Flap(first);
        Pass(601);
        Assert.Empty(Begin().Load());
        _node.Flaps = 0;
        first.Update(_node.Report());
        Assert.False(File.Exists(_directory.PathOf("flaps")));
    }

    [Fact]
    public void AnotherBootKnowsHowYoungAFlapCanBe()
    {
        FlapRecord first = Begin();
        Flap(first);
        Pass(90);
        first.Update(_node.Report()); // renewed each minute
        _now = new MonotonicBoot("boot-2", TimeSpan.FromSeconds(40));

        Assert.Equal([130], Begin().Load().Select(age => age.TotalSeconds));
    }

    [Fact]
    public void DyingWhileActiveIsAFlapAndOnlyOnce()
    {
        FlapRecord first = Begin();
        _node.Role = "active";
        first.Update(_node.Report());
        Pass(5);

        Assert.Equal([0], Begin().Load().Select(age => age.TotalSeconds));
        Pass(5);
        Assert.Equal([5], Begin().Load().Select(age => age.TotalSeconds));
        Assert.Single(_log.Lines, line => line.Contains("without leaving", StringComparison.Ordinal));
    }

    [Fact]
    public void LosingThePowerWhileActiveIsAFlapFromBeforeTheMachineStarted()
    {
        FlapRecord first = Begin();
        _node.Role = "active";
        first.Update(_node.Report());
        _now = new MonotonicBoot("boot-2", TimeSpan.FromSeconds(70));

        Assert.Equal([70], Begin().Load().Select(age => age.TotalSeconds));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void LeavingInOrderIsNoFlap(bool stops)
    {
        FlapRecord first = Begin();
        _node.Role = "active";
        first.Update(_node.Report());
        _node.Role = "passive";
        if (stops) first.Leave();
        else first.Update(_node.Report());

        Assert.Empty(Begin().Load());
    }

    [Fact]
    public void ResetForgetsThem()
    {
        FlapRecord first = Begin();
        Flap(first);
        first.Clear();
        Assert.Empty(Begin().Load());
    }

    [Theory]
    [InlineData("")]
    [InlineData("flaps 2\nboot-1 5\n1")]
    [InlineData("flaps 1\nboot-1\n1")]
    [InlineData("flaps 1\nboot-1 99999999999999\n1")]
    [InlineData("flaps 1\nboot-1 5\n6")]
    [InlineData("flaps 1\nboot-1 5\n1\nx")]
    [InlineData("flaps 1\nboot-1 5\n-9223372036854775808")]
    public void AFileThatIsNoRecordIsSaidAndLeftOut(string content)
    {
        File.WriteAllText(_directory.PathOf("flaps"), content);
        Assert.Empty(Begin().Load());
        Assert.Single(_log.Lines, line => line.Contains("not understood", StringComparison.Ordinal));
    }

    [Fact]
    public void TheRecordIsBounded()
    {
        FlapRecord first = Begin();
        for (int i = 0; i < 150; i++) Flap(first);
        Assert.Equal(101, Begin().Load().Length);
    }

    [Fact]
    public void TheMachinesClockIsRead()
    {
        MonotonicBoot one = MonotonicBoot.Read(), other = MonotonicBoot.Read();
        Assert.Equal(36, one.BootId.Length);
        Assert.Equal(one.BootId, other.BootId);
        Assert.True(other.Uptime >= one.Uptime);
    }

    private FlapRecord Begin() => new(_directory.FullName, TimeSpan.FromMinutes(10), () => _now, _log);

    private void Flap(FlapRecord record)
    {
        _node.Flaps++;
        record.Update(_node.Report());
    }

    private void Pass(int seconds) => _now = _now with { Uptime = _now.Uptime + TimeSpan.FromSeconds(seconds) };
}
