using Appliance.Proxy.Transport;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Transport;

/// <summary>Timers fire once, never early, and late by no more than a tick.</summary>
public sealed class TimerWheelTests
{
    private const long Tick = 1L << 24;
    private const long Turn = Tick * 1024;

    [Fact]
    public void ATimerFiresOnceAtItsDeadlineAndNotBefore()
    {
        var wheel = NewWheel(1000);
        var timer = new Probe();
        wheel.Arm(timer, 5 * Tick + 7);
        wheel.Advance(5 * Tick + 6);
        Assert.Empty(timer.Fired);
        wheel.Advance(6 * Tick);
        Assert.Equal([6 * Tick], timer.Fired);
        wheel.Advance(5 * Turn);
        Assert.Single(timer.Fired);
        Assert.Equal((long.MaxValue, 0), (timer.DeadlineNs, wheel.Count));
    }

    [Theory]
    [InlineData(3, 900)]
    [InlineData(900, 3)]
    [InlineData(5, 6)]
    [InlineData(3000, 5)]
    [InlineData(5, 3000)]
    public void OnlyTheLastDeadlineCounts(long firstTick, long secondTick)
    {
        var wheel = NewWheel(0);
        var timer = new Probe();
        wheel.Arm(timer, firstTick * Tick);
        wheel.Arm(timer, secondTick * Tick);
        for (long now = 0; now < 4000; now++) wheel.Advance(now * Tick);
        long fired = Assert.Single(timer.Fired);
        Assert.InRange(fired, secondTick * Tick, (secondTick + 1) * Tick);
    }

    [Fact]
    public void ACancelledTimerDoesNotFireAndMayBeArmedAgain()
    {
        var wheel = NewWheel(0);
        var timer = new Probe();
        wheel.Arm(timer, 10 * Tick);
        wheel.Cancel(timer);
        wheel.Cancel(timer);
        Assert.Equal(0, wheel.Count);
        wheel.Arm(timer, 20 * Tick);
        for (long now = 0; now < 100; now++) wheel.Advance(now * Tick);
        Assert.Equal([21 * Tick], timer.Fired);
    }

    [Fact]
    public void ATimerThatArmsItselfInItsCallbackFiresAgain()
    {
        var wheel = NewWheel(0);
        Probe timer = new();
        timer.Then = now =>
        {
            if (timer.Fired.Count < 5) wheel.Arm(timer, now + 3 * Tick);
        };
        wheel.Arm(timer, Tick);
        for (long now = 0; now < 100; now++) wheel.Advance(now * Tick);
        Assert.Equal(5, timer.Fired.Count);
    }

    [Fact]
    public void ATimerArmedForThePastInACallbackWaitsForTheNextTick()
    {
        var wheel = NewWheel(0);
        Probe timer = new();
        timer.Then = _ => wheel.Arm(timer, 0);
        wheel.Arm(timer, Tick);
        wheel.Advance(2 * Tick);
        Assert.Single(timer.Fired);
        wheel.Advance(3 * Tick);
        Assert.Equal(2, timer.Fired.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void ACallbackMayCancelAnyOtherTimerOfTheSameTick(int victim)
    {
        var wheel = NewWheel(0);
        Probe[] timers = [new(), new(), new(), new()];
        foreach (Probe timer in timers)
        {
            timer.Then = _ =>
            {
                Probe[] others = [.. timers.Where(other => other != timer && other.Fired.Count == 0)];
                if (others.Length == 3) wheel.Cancel(others[victim]);
            };
            wheel.Arm(timer, 10 * Tick);
        }

        wheel.Advance(20 * Tick);
        wheel.Advance(20 * Turn);
        Assert.Equal(3, timers.Sum(timer => timer.Fired.Count));
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void ACallbackMayPutOffAnotherTimerOfTheSameTick()
    {
        var wheel = NewWheel(0);
        Probe[] timers = [new(), new()];
        foreach (Probe timer in timers)
        {
            timer.Then = now =>
            {
                Probe other = timers.Single(t => t != timer);
                if (other.Fired.Count == 0) wheel.Arm(other, now + 50 * Tick);
            };
            wheel.Arm(timer, 10 * Tick);
        }

        wheel.Advance(11 * Tick);
        Assert.Equal(1, timers.Sum(timer => timer.Fired.Count));
        for (long now = 12; now < 100; now++) wheel.Advance(now * Tick);
        Assert.All(timers, timer => Assert.Single(timer.Fired));
        Assert.Equal(61 * Tick, timers.Max(timer => timer.Fired[0]), Tick);
    }

    [Fact]
    public void DeadlinesBeyondATurnOfTheWheelAreKept()
    {
        var wheel = NewWheel(0);
        var timer = new Probe();
        wheel.Arm(timer, 10 * Turn + 5);
        for (long now = 0; now <= 10 * Turn; now += 100 * Tick) wheel.Advance(now);
        Assert.Empty(timer.Fired);
        wheel.Advance(10 * Turn + 2 * Tick);
        Assert.Single(timer.Fired);
    }

    [Fact]
    public void AfterALongPauseEverythingDueFiresOnceAndNothingElse()
    {
        var wheel = NewWheel(0);
        Probe[] due = [.. Enumerable.Range(0, 2000).Select(_ => new Probe())];
        for (int i = 0; i < due.Length; i++) wheel.Arm(due[i], i * Tick);
        var later = new Probe();
        wheel.Arm(later, 50 * Turn + Tick);
        wheel.Advance(50 * Turn);
        Assert.All(due, timer => Assert.Single(timer.Fired));
        Assert.Empty(later.Fired);
        wheel.Advance(50 * Turn + 2 * Tick);
        Assert.Single(later.Fired);
    }

    [Fact]
    public void ACallbackThatThrowsTakesNoOtherTimerWithIt()
    {
        var faults = new List<Exception>();
        var wheel = new TimerWheel(0, faults.Add);
        Probe[] timers = [.. Enumerable.Range(0, 5).Select(_ => new Probe { Then = _ => throw new InvalidOperationException() })];
        foreach (Probe timer in timers) wheel.Arm(timer, 10 * Tick);
        wheel.Advance(11 * Tick);
        Assert.All(timers, timer => Assert.Single(timer.Fired));
        Assert.Equal(5, faults.Count);
    }

    [Fact]
    public void TheWheelAgreesWithASortedListWhateverIsDoneToIt()
    {
        Gen<(int Kind, int Timer, long Amount)> step =
            from kind in Gen.Choose(0, 5)
            from timer in Gen.Choose(0, 7)
            from scale in Gen.Elements(1L, Tick / 3, Tick, 40 * Tick, Turn)
            from factor in Gen.Choose(0, 60)
            select (kind, timer, scale * factor);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(step.ListOf().ToArbitrary(), steps => RunAgainstModel(steps)));
    }

    private static TimerWheel NewWheel(long nowNs) => new(nowNs, error => throw error);

    private static void RunAgainstModel(IEnumerable<(int Kind, int Timer, long Amount)> steps)
    {
        long now = 12345;
        var wheel = NewWheel(now);
        Probe[] timers = [.. Enumerable.Range(0, 8).Select(_ => new Probe())];
        long[] deadlines = [.. Enumerable.Repeat(long.MaxValue, 8)];
        foreach ((int kind, int index, long amount) in steps)
        {
            switch (kind)
            {
                case 0 or 1:
                    deadlines[index] = now + amount;
                    wheel.Arm(timers[index], now + amount);
                    break;
                case 2:
                    deadlines[index] = long.MaxValue;
                    wheel.Cancel(timers[index]);
                    break;
                default:
                    now += amount;
                    wheel.Advance(now);
                    Compare(timers, deadlines, now);
                    break;
            }

            Assert.Equal(deadlines.Count(d => d != long.MaxValue), wheel.Count);
        }
    }

    /// <summary>What is due by a whole tick must have fired, what is not due must not; in between either is right.</summary>
    private static void Compare(Probe[] timers, long[] deadlines, long now)
    {
        for (int i = 0; i < timers.Length; i++)
        {
            bool fired = timers[i].Fired.Count > 0;
            timers[i].Fired.Clear();
            if (deadlines[i] > now) Assert.False(fired, "fired early");
            if ((deadlines[i] >> 24) + 1 <= now >> 24) Assert.True(fired, $"timer {i} is due since {now - deadlines[i]} ns and did not fire");
            if (fired) deadlines[i] = long.MaxValue;
        }
    }

    private sealed class Probe : LoopTimer
    {
        public List<long> Fired { get; } = [];

        public Action<long>? Then { get; set; }

        internal override void OnDeadline(long nowNs)
        {
            Assert.True(FiledTick < 0, "a timer is out of the wheel while its callback runs");
            Fired.Add(nowNs);
            Then?.Invoke(nowNs);
        }
    }
}
