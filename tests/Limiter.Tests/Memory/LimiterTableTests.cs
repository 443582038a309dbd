using Appliance.Limiter;
using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;
using Xunit.Abstractions;

namespace Limiter.Tests.Memory;

public sealed class LimiterTableTests(ITestOutputHelper output) : IDisposable
{
    private const int Slots = 64;
    private const ulong Start = 1000 * TimeUnits.PerSecond;
    private static readonly TokenBucket TenPerSecond = TokenBucket.Compile(10, 10, [1], foreignCosts: false);

    private readonly LimiterTable _table = LimiterTable.Create(4096 + Slots * 64, hashSeed: 1);

    public void Dispose() => _table.Dispose();

    [Fact]
    public void ABucketGivesItsBurstAndNotOneMore()
    {
        for (ulong taken = 1; taken <= 10; taken++)
        {
            Assert.Equal(TakeOutcome.Taken, Take(Key(1), Start, out ulong debt));
            Assert.Equal(taken * TenPerSecond.TokenUnits, debt);
        }

        Assert.Equal(TakeOutcome.Denied, Take(Key(1), Start, out ulong full));
        Assert.Equal(TenPerSecond.BurstUnits, full);
        Assert.Equal(TakeOutcome.Denied, Take(Key(1), Start + TenPerSecond.TokenUnits - 1, out _));
        Assert.Equal(TakeOutcome.Taken, Take(Key(1), Start + TenPerSecond.TokenUnits, out _));
    }

    [Fact]
    public void WhatIsGivenBackCanBeTakenAgain()
    {
        for (int i = 0; i < 9; i++) Take(Key(1), Start, out _);
        _table.Take(Key(1), TenPerSecond, TenPerSecond.TokenUnits, Start, out _, out TakenSlot last);
        Assert.Equal(TakeOutcome.Denied, Take(Key(1), Start, out _));
        _table.GiveBack(last, Start);
        Assert.Equal(TakeOutcome.Taken, Take(Key(1), Start, out _));
        Assert.Equal(TakeOutcome.Denied, Take(Key(1), Start, out _));
    }

    [Fact]
    public void AKeyWithDebtIsNeverForgotten()
    {
        // All keys share one home, so they compete for the slots behind it.
        for (ulong key = 0; key < LimiterTable.ProbeLimit; key++) Assert.Equal(TakeOutcome.Taken, Take(Key(key), Start, out _));
        Assert.Equal(TakeOutcome.NoSlot, Take(Key(99), Start + TenPerSecond.TokenUnits, out _));
        LimiterTableStatus status = _table.GetStatus();
        Assert.Equal((LimiterTable.ProbeLimit, 0, 1), (status.Used, status.Evicted, status.TableFull));
    }

    [Fact]
    public void AKeyWhoseBucketIsFullAgainMakesRoom()
    {
        for (ulong key = 0; key < LimiterTable.ProbeLimit; key++) Take(Key(key), Start, out _);
        Assert.Equal(TakeOutcome.Taken, Take(Key(99), Start + TenPerSecond.TokenUnits + 1, out _));
        Assert.Equal(1, _table.GetStatus().Evicted);
        // The one that was forgotten gets a full bucket, as it would have had.
        Assert.Equal(TakeOutcome.Taken, Take(Key(0), Start + TenPerSecond.TokenUnits + 1, out ulong debt));
        Assert.Equal(TenPerSecond.TokenUnits, debt);
    }

    [Fact]
    public void AGiveBackToASlotThatWasReusedChangesNothing()
    {
        _table.Take(Key(0), TenPerSecond, TenPerSecond.TokenUnits, Start, out _, out TakenSlot old);
        for (ulong key = 1; key < LimiterTable.ProbeLimit; key++) Take(Key(key), Start, out _);
        ulong later = Start + TenPerSecond.TokenUnits + 1;
        Take(Key(99), later, out _);
        _table.GiveBack(old, later);
        Take(Key(99), later, out ulong debt);
        Assert.Equal(2 * TenPerSecond.TokenUnits, debt);
    }

    [Fact]
    public void ARejectedNewKeyTakesNoSlot()
    {
        Assert.Equal(TakeOutcome.Denied, _table.Take(Key(1), TenPerSecond, TenPerSecond.BurstUnits + 1, Start, out _, out _));
        Assert.Equal(0, _table.GetStatus().Used);
    }

    [Fact]
    public void ADebtOfAnOlderDefinitionIsCutToAnEmptyBucket()
    {
        TokenBucket slow = TokenBucket.Compile(1, 3600, [1], foreignCosts: false);
        _table.Take(Key(1), slow, slow.BurstUnits, Start, out _, out _);
        Assert.Equal(TakeOutcome.Denied, Take(Key(1), Start, out ulong debt));
        Assert.Equal(TenPerSecond.BurstUnits, debt);
        Assert.Equal(TakeOutcome.Taken, Take(Key(1), Start + TenPerSecond.TokenUnits, out _));
    }

    [Fact]
    public void EverySlotOfTheTableCanBeReached()
    {
        using LimiterTable table = LimiterTable.Create(1 << 20, hashSeed: 1);
        var random = new Random(5);
        for (int i = 0; i < 2_000_000 && table.GetStatus().TableFull < 100_000; i++)
            table.Take(new SlotIdentity((ulong)random.NextInt64() * 2, (ulong)i), TenPerSecond, TenPerSecond.TokenUnits, Start, out _, out _);
        // With debts that never lapse and keys enough, only slots behind the last home may stay empty.
        Assert.InRange(table.GetStatus().Used, table.SlotCount - LimiterTable.ProbeLimit, table.SlotCount);
    }

    [Fact]
    public void AChargeBeyondTheBurstIsRememberedUpToTheOverdraft()
    {
        TokenBucket bucket = TokenBucket.Compile(10, 10, [1], foreignCosts: false, longestOverdraft: TimeUnits.PerSecond);
        var charge = new BucketCharge(bucket, 30 * bucket.TokenUnits, Start);
        Assert.Equal(TakeOutcome.Taken, _table.Apply(Key(1), ref charge));
        _table.Take(Key(1), bucket, bucket.TokenUnits, Start, out ulong debt, out _);
        Assert.Equal(bucket.BurstUnits + bucket.LongestOverdraft, debt);
    }

    [Fact]
    public void AGiveBackNeverMakesABucketMoreThanFull()
    {
        _table.Take(Key(1), TenPerSecond, 5 * TenPerSecond.TokenUnits, Start, out _, out TakenSlot taken);
        ulong later = Start + TenPerSecond.BurstUnits;
        _table.GiveBack(taken, later);
        Assert.Equal(TakeOutcome.Denied, _table.Take(Key(1), TenPerSecond, TenPerSecond.BurstUnits + 1, later, out _, out _));
        Assert.Equal(TakeOutcome.Taken, _table.Take(Key(1), TenPerSecond, TenPerSecond.BurstUnits, later, out ulong debt, out _));
        Assert.Equal(TenPerSecond.BurstUnits, debt);
    }

    /// <summary>The figures behind the sizing rule of the design note: keys that are all in debt, more and more of them.</summary>
    [Theory]
    [InlineData(50, 0.00002)]
    [InlineData(60, 0.0005)]
    [InlineData(70, 0.003)]
    public void HardlyAKeyIsRefusedWhileTheTableHasRoom(int percent, double mostRefused)
    {
        using LimiterTable table = LimiterTable.Create(32 << 20, hashSeed: 1);
        var random = new Random(1);
        long keys = table.SlotCount * percent / 100;
        for (long key = 0; key < keys; key++)
            table.Take(new SlotIdentity((ulong)random.NextInt64() * 2, (ulong)key + 1), TenPerSecond, TenPerSecond.TokenUnits, Start, out _, out _);
        double refused = (double)table.GetStatus().TableFull / keys;
        output.WriteLine($"{percent} % of the slots asked for: {refused:P4} of {keys} keys refused");
        Assert.InRange(refused, 0, mostRefused);
    }

    private static SlotIdentity Key(ulong number) => new(0x1000, number + 1);

    private TakeOutcome Take(SlotIdentity key, ulong now, out ulong debt) =>
        _table.Take(key, TenPerSecond, TenPerSecond.TokenUnits, now, out debt, out _);
}
