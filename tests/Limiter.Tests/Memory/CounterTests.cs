using Appliance.Limiter;
using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;
using Limiter.Tests.Support;

namespace Limiter.Tests.Memory;

public sealed class CounterTests : IDisposable
{
    private const ulong Start = 1000 * TimeUnits.PerSecond;
    private const ulong End = Start + TimeUnits.PerSecond;

    private readonly LimiterTable _table = LimiterTable.Create(4096 + 64 * 64, hashSeed: 1);

    public void Dispose() => _table.Dispose();

    [Fact]
    public void ACounterPassesItsLimitExactlyAndADenialChangesNothing()
    {
        Assert.Equal((TakeOutcome.Taken, 60UL), Add(1, 60, Start));
        Assert.Equal((TakeOutcome.Denied, 60UL), Add(1, 41, Start));
        Assert.Equal((TakeOutcome.Taken, 100UL), Add(1, 40, Start));
        Assert.Equal((TakeOutcome.Denied, 100UL), Add(1, 1, Start));
    }

    [Fact]
    public void ACounterIsOverAfterItsLastMomentAndThenBeginsAnew()
    {
        Add(1, 100, Start);
        Assert.Equal((TakeOutcome.Denied, 100UL), Add(1, 1, End));
        Assert.Equal((TakeOutcome.Denied, 0UL), Add(1, 101, End + 1));
        Assert.Equal((TakeOutcome.Taken, 1UL), Add(1, 1, End + 1, End + 50));
        Assert.Equal((TakeOutcome.Taken, 2UL), Add(1, 1, End + 50, End + 99));
        Assert.Equal((TakeOutcome.Taken, 1UL), Add(1, 1, End + 51));
    }

    [Fact]
    public void ACounterWithinItsWindowIsNeverForgottenAndOneBeyondItMakesRoom()
    {
        for (ulong key = 0; key < LimiterTable.ProbeLimit; key++) Assert.Equal(TakeOutcome.Taken, Add(key, 1, Start).Outcome);
        Assert.Equal(TakeOutcome.NoSlot, Add(99, 1, End).Outcome);
        Assert.Equal(TakeOutcome.Taken, Add(99, 1, End + 1, End + 100).Outcome);
        Assert.Equal(1, _table.GetStatus().Evicted);
    }

    [Fact]
    public void AGiveBackReachesTheWindowThatWasTakenFromAndNoLaterOne()
    {
        _table.Add(Key(1), 30, 100, End, Start, out _, out TakenSlot old);
        _table.GiveBack(old, Start);
        Assert.Equal((TakeOutcome.Taken, 7UL), Add(1, 7, Start));
        Assert.Equal((TakeOutcome.Taken, 50UL), Add(1, 50, End + 1, End + 100));
        _table.GiveBack(old, End + 1);
        Assert.Equal(50UL, _table.ReadCounter(Key(1), End + 1));
        _table.GiveBack(default, End + 1);
        Assert.Equal(50UL, _table.ReadCounter(Key(1), End + 1));
    }

    [Fact]
    public void WhatWasSpentBeyondATakeIsAddedWhateverTheLimit()
    {
        _table.Add(Key(1), 90, 100, End, Start, out _, out TakenSlot taken);
        _table.AddTo(taken, 500);
        Assert.Equal(590UL, _table.ReadCounter(Key(1), Start));
        _table.AddTo(taken, ulong.MaxValue);
        Assert.Equal(SlotWord.MaxCounter, _table.ReadCounter(Key(1), Start));
        Add(1, 1, End + 1, End + 100);
        _table.AddTo(taken, 5);
        Assert.Equal(1UL, _table.ReadCounter(Key(1), End + 1));
    }

    [Fact]
    public void SettingACounterBeginsANewWindow()
    {
        Add(1, 100, Start);
        var set = new CounterSet(5, End + 100, Start);
        Assert.Equal(TakeOutcome.Taken, _table.Apply(Key(1), ref set));
        Assert.Equal(5UL, _table.ReadCounter(Key(1), End + 100));
        Assert.Equal(0UL, _table.ReadCounter(Key(1), End + 101));
        Assert.Equal(0UL, _table.ReadCounter(Key(2), Start));
    }

    [Fact]
    public void AGaugePassesItsLimitAndARelease()
    {
        Assert.Equal(TakeOutcome.Taken, _table.Enter(Key(1), 2, Start, out _, out TakenSlot first));
        Assert.Equal(TakeOutcome.Taken, _table.Enter(Key(1), 2, Start, out ulong count, out _));
        Assert.Equal(2UL, count);
        Assert.Equal(TakeOutcome.Denied, _table.Enter(Key(1), 2, Start, out count, out _));
        Assert.Equal(2UL, count);
        _table.GiveBack(first, Start);
        Assert.Equal(TakeOutcome.Taken, _table.Enter(Key(1), 2, Start, out _, out _));
    }

    [Fact]
    public void AGaugeWithSomethingInFlightIsNeverForgotten()
    {
        var held = new TakenSlot[LimiterTable.ProbeLimit];
        for (ulong key = 0; key < LimiterTable.ProbeLimit; key++) _table.Enter(Key(key), 1, Start, out _, out held[key]);
        const ulong YearsLater = Start + 3 * TimeUnits.MaxSpan;
        Assert.Equal(TakeOutcome.NoSlot, _table.Enter(Key(99), 1, YearsLater, out _, out _));
        _table.GiveBack(held[5], YearsLater);
        Assert.Equal(TakeOutcome.Taken, _table.Enter(Key(99), 1, YearsLater, out _, out _));
        // The old holder's slot is another key's now: a second release must not reach it.
        _table.GiveBack(held[5], YearsLater);
        Assert.Equal(TakeOutcome.Denied, _table.Enter(Key(99), 1, YearsLater, out _, out _));
    }

    [Fact]
    public void TheBitsOfAWordDoNotRunIntoEachOther()
    {
        ulong counter = SlotWord.Counter(ulong.MaxValue, SlotWord.MaxCounter);
        ulong gauge = SlotWord.Gauge(ulong.MaxValue, SlotWord.MaxGauge);
        Assert.True(SlotWord.IsCounter(counter) && !SlotWord.IsGauge(counter) && !SlotWord.IsBucket(counter));
        Assert.True(SlotWord.IsGauge(gauge) && !SlotWord.IsCounter(gauge) && !SlotWord.IsBucket(gauge));
        Assert.Equal((SlotWord.MaxCounter, SlotWord.MaxGauge), (SlotWord.ValueOf(counter), SlotWord.ValueOf(gauge)));
        Assert.Equal(0UL, SlotWord.ValueOf(SlotWord.Counter(0xABCDE, 0)));
        Assert.NotEqual(SlotWord.Counter(1, 7), SlotWord.Counter(2, 7));
        Assert.NotEqual(SlotWord.Gauge(1, 7), SlotWord.Gauge(1UL << 31, 7));
        Assert.False(SlotWord.IsGauge(SlotWord.Claimed) || SlotWord.IsCounter(SlotWord.Claimed) || SlotWord.IsBucket(SlotWord.Claimed));
        Assert.False(SlotWord.IsFree(SlotWord.Claimed, 0, ulong.MaxValue));
        Assert.False(SlotWord.IsBucket(SlotWord.Unused));
    }

    private static SlotIdentity Key(ulong number) => new(0x1000, number + 1);

    private (TakeOutcome Outcome, ulong Used) Add(ulong key, ulong cost, ulong now, ulong until = End)
    {
        TakeOutcome outcome = _table.Add(Key(key), cost, 100, until, now, out ulong used, out _);
        return (outcome, used);
    }
}
