using Appliance.Configuration;
using Appliance.Failover;

namespace Appliance.Tests.Failover;

/// <summary>An interval of ten looks of one second, and a minimum of 8000 bit/s: 1000 bytes a look.</summary>
public sealed class BandwidthMeterTests
{
    private const long SecondNs = 1_000_000_000;

    private readonly BandwidthMeter _meter = new(8000, 10 * SecondNs);
    private ulong _counter = 5_000_000;
    private long _nowNs = 77 * SecondNs;

    [Theory]
    [InlineData(1000, true)]
    [InlineData(999, false)]
    [InlineData(0, false)]
    public void WhatArrivesInAWholeIntervalIsComparedWithTheMinimum(int bytesPerSecond, bool enough)
    {
        Assert.All(Run(10, bytesPerSecond), Assert.Null);
        Assert.Equal(enough, Assert.Single(Run(1, bytesPerSecond)));
        Assert.Equal(bytesPerSecond * 8, _meter.Rate);
        Assert.Equal([.. Enumerable.Repeat<bool?>(null, 9), enough], Run(10, bytesPerSecond));
    }

    [Fact]
    public void OneBusySecondOfTenIsAverageTraffic()
    {
        Run(1, 0);
        Run(9, 0);
        Assert.True(Assert.Single(Run(1, 10_000)));
    }

    [Fact]
    public void NothingIsSaidBeforeOneWholeIntervalAsActive()
    {
        Run(8, 1000);
        Assert.All(Run(30, 0, active: false), Assert.Null);
        Assert.Null(_meter.Rate);
        Assert.All(Run(10, 1000), Assert.Null);
        Assert.True(Assert.Single(Run(1, 1000)));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(uint.MaxValue - 3000UL)]
    public void ACounterThatFallsBackIsNoFloodAndNoSilence(ulong before)
    {
        _counter = before;
        Run(6, 1000);
        _counter = 0;
        Run(4, 1000);
        Assert.True(Assert.Single(Run(1, 1000)));
        Assert.InRange(_meter.Rate!.Value, 8000, 8000);
    }

    [Fact]
    public void ACounterThatCannotBeReadBeginsTheIntervalAnew()
    {
        Run(9, 1000);
        _nowNs += SecondNs;
        Assert.Null(_meter.Look(active: true, null, _nowNs));
        Assert.All(Run(10, 0), Assert.Null);
        Assert.False(Assert.Single(Run(1, 0)));
    }

    [Fact]
    public void ALateLookMeasuresOverTheTimeThatPassed()
    {
        Run(1, 0);
        _nowNs += 40 * SecondNs;
        _counter += 40_000;
        Assert.True(_meter.Look(active: true, _counter, _nowNs));
        Assert.Equal(8000, _meter.Rate);
    }

    [Fact]
    public void TheElectionIsToldOfEachIntervalAndTheStatusShowsTheRate()
    {
        var node = new FakeNode();
        var watch = new BandwidthWatch(new BandwidthConfig("eth1", 8000, TimeSpan.FromSeconds(10)), node, () => _counter);
        Watch(watch, 11, 999);
        Assert.Equal(["bandwidth False"], node.Calls);
        Assert.Equal(new MonitorReport("bandwidth", false, "eth1: 0.008Mbps, at least 8kbps needed"), watch.Monitor);
        Watch(watch, 10, 2000);
        Assert.Equal(["bandwidth False", "bandwidth True"], node.Calls);
        Assert.True(watch.Monitor.Ok);
        watch.Look(active: false, _nowNs);
        Assert.Equal(new MonitorReport("bandwidth", true, "eth1: measured while active"), watch.Monitor);
    }

    [Fact]
    public void TheKernelsCounterIsReadAndAMissingInterfaceIsNone()
    {
        Assert.NotNull(BandwidthWatch.CounterOf("lo")());
        Assert.Null(BandwidthWatch.CounterOf("nosuch0")());
    }

    private void Watch(BandwidthWatch watch, int looks, ulong bytesPerSecond)
    {
        for (int i = 0; i < looks; i++)
        {
            _nowNs += SecondNs;
            _counter += bytesPerSecond;
            watch.Look(active: true, _nowNs);
        }
    }

    private bool?[] Run(int looks, int bytesPerSecond, bool active = true)
    {
        bool?[] verdicts = new bool?[looks];
        for (int i = 0; i < looks; i++)
        {
            _nowNs += SecondNs;
            _counter += (ulong)bytesPerSecond;
            verdicts[i] = _meter.Look(active, _counter, _nowNs);
        }

        return verdicts;
    }
}
