using Appliance.Limiter;
using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;
using Limiter.Tests.Support;
using Xunit.Abstractions;

namespace Limiter.Tests.Memory;

/// <summary>
/// Litmus: in every round some threads meet, at one instant, a key that nobody has seen, and together ask for more than its burst. What
/// is admitted must be the burst, no more and no less. Broken tables must fail it, else it proves nothing.
/// </summary>
public sealed class ConcurrencyTests(ITestOutputHelper output)
{
    private const int Threads = 2;
    private const int Burst = 8;
    private const int Rounds = 20_000;
    private const int RoundsUntilCaught = 2_000_000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TokenBucket Bucket = TokenBucket.Compile(Burst, Burst, [1], foreignCosts: false);

    private delegate TakeOutcome TakeInRound(int round, int attempt, ulong now);

    [Fact]
    public void ThreadsThatMeetOnANewKeyAdmitExactlyWhatOneWould()
    {
        using LimiterTable table = LimiterTable.Create(1 << 20, hashSeed: 3);
        AssertExact(table, (round, attempt, now) => table.Take(Key(round), Bucket, Bucket.TokenUnits, now, out _, out _));
    }

    [Fact]
    public void ThreadsThatMeetOnANewCounterAdmitExactlyWhatOneWould()
    {
        using LimiterTable table = LimiterTable.Create(1 << 20, hashSeed: 3);
        AssertExact(table, (round, attempt, now) => table.Add(Key(round), 3, 3 * Burst, now + 1, now, out _, out _));
    }

    /// <summary>Each round finds the windows of eight counters over: whoever comes first begins the next, and only one may pass each.</summary>
    [Fact]
    public void ThreadsThatMeetAtTheEndOfAWindowAdmitExactlyWhatOneWould()
    {
        using LimiterTable table = LimiterTable.Create(1 << 20, hashSeed: 3);
        AssertExact(table, (round, attempt, now) => table.Add(Key(attempt), 1, 1, now + 1, now, out _, out _), 5 * Rounds);
        Assert.Equal(Burst, table.GetStatus().Used);
    }

    [Fact]
    public void ThreadsThatMeetOnANewGaugeAdmitExactlyWhatOneWould()
    {
        // Nothing is released here, so every round needs a slot of its own.
        using LimiterTable table = LimiterTable.Create(4 << 20, hashSeed: 3);
        AssertExact(table, (round, attempt, now) => table.Enter(Key(round), Burst, now, out _, out _));
    }

    /// <summary>The smallest table, keys of three kinds for the same slots: a swap prepared in one life must never land in another.</summary>
    [Fact]
    public void LivesOfDifferentKindsInOneSlotDoNotMix()
    {
        using LimiterTable table = LimiterTable.Create(4096 + 64 * 64, hashSeed: 3);
        var inFlight = new int[8];
        int overrun = 0;
        long clock = (long)(1000 * TimeUnits.PerSecond);
        Run(thread =>
        {
            var random = new Random(thread);
            for (int i = 0; i < 200_000; i++)
            {
                ulong now = (ulong)Interlocked.Add(ref clock, random.Next(3));
                int key = random.Next(8);
                var home = new SlotIdentity(0x1000, (ulong)(key + 1) * 3);
                if (table.Enter(home, 1, now, out _, out TakenSlot entered) == TakeOutcome.Taken)
                {
                    if (Interlocked.Increment(ref inFlight[key]) > 1) Interlocked.Increment(ref overrun);
                    table.Add(home with { Low = home.Low + 1 }, 1, 100, now + 2, now, out _, out TakenSlot added);
                    table.Take(home with { Low = home.Low + 2 }, Bucket, 1, now, out _, out TakenSlot taken);
                    table.GiveBack(added, now);
                    table.GiveBack(taken, now);
                    Interlocked.Decrement(ref inFlight[key]);
                    table.GiveBack(entered, now);
                }
            }
        });
        Assert.Equal(0, overrun);
        ulong end = (ulong)clock + 10;
        for (int key = 0; key < 8; key++) Assert.Equal(TakeOutcome.Taken, table.Enter(new SlotIdentity(0x1000, (ulong)(key + 1) * 3), 1, end, out _, out _));
    }

    [Fact]
    public void TheLitmusCatchesACounterThatBeginsItsWindowWithoutAClaim()
    {
        CarelessCounter[] counters = [.. Enumerable.Range(0, Burst).Select(_ => new CarelessCounter())];
        Assert.True(Litmus(RoundsUntilCaught, (round, attempt, now) => counters[attempt].Add(1, 1, now + 1, now), stopWhenWrong: true).Wrong > 0);
    }

    [Fact]
    public void TheLitmusCatchesATableThatClaimsWithoutTheHomeLock()
    {
        var table = new UnlockedTable();
        Assert.True(Litmus(RoundsUntilCaught, (round, attempt, now) => table.Take(Key(round), Bucket, now), stopWhenWrong: true).Wrong > 0);
    }

    [Fact]
    public void TheLitmusCatchesATableThatTakesWithoutCompareAndSwap()
    {
        var table = new UncheckedTable();
        Assert.True(Litmus(RoundsUntilCaught, (round, attempt, now) => table.Take(Bucket.TokenUnits, Bucket.BurstUnits, now), stopWhenWrong: true).Wrong > 0);
    }

    /// <summary>
    /// More keys than slots, so that slots change hands all the time while their old keys come back and give back. Time moves between
    /// rounds only, so that each key's bound can be checked exactly.
    /// </summary>
    [Fact]
    public void SlotsThatChangeHandsUnderLoadForgetNoDebt()
    {
        const int KeyCount = 200;
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        using LimiterTable table = LimiterTable.Create(4096 + 80 * 64, hashSeed: 3);
        var times = new Random(seed);
        var takes = new List<(ulong Now, int Net)>[KeyCount];
        for (int key = 0; key < KeyCount; key++) takes[key] = [];
        ulong now = 1000 * TimeUnits.PerSecond;
        for (int round = 0; round < 1500; round++)
        {
            now += (ulong)times.NextInt64((long)Bucket.TokenUnits * 4);
            var admitted = new int[Threads][];
            ulong roundNow = now;
            Run(thread => admitted[thread] = Storm(table, new Random(seed + round * Threads + thread), KeyCount, roundNow));
            for (int key = 0; key < KeyCount; key++) takes[key].Add((now, admitted.Sum(a => a[key])));
        }

        foreach (List<(ulong Now, int Net)> key in takes) AssertBounded(key);
        LimiterTableStatus status = table.GetStatus();
        output.WriteLine($"{status}");
        Assert.True(status.Evicted > 1000, "the test must have made slots change hands");
    }

    private void AssertExact(LimiterTable table, TakeInRound take, int most = Rounds)
    {
        // A thread that loses its processor inside the claim can make the other give up in the end. That is no verdict on the limit: it is
        // asked again, and must be rare.
        (int rounds, int wrong) = Litmus(most, (round, attempt, now) =>
        {
            TakeOutcome outcome;
            do outcome = take(round, attempt, now);
            while (outcome == TakeOutcome.NoSlot);
            return outcome;
        });
        output.WriteLine($"{rounds} rounds");
        Assert.Equal(0, wrong);
        Assert.True(rounds > 1000, "too few rounds to mean anything");
        Assert.InRange(table.GetStatus().TableFull, 0, 3);
    }

    private static int[] Storm(LimiterTable table, Random random, int keys, ulong now)
    {
        var admitted = new int[keys];
        for (int i = 0; i < 60; i++)
        {
            int key = random.Next(keys);
            var identity = new SlotIdentity((ulong)key * 0x0123_4567_89ab_cdef, (ulong)key + 1);
            if (table.Take(identity, Bucket, Bucket.TokenUnits, now, out _, out TakenSlot taken) != TakeOutcome.Taken) continue;
            if (random.Next(4) == 0) table.GiveBack(taken, now);
            else admitted[key]++;
        }

        return admitted;
    }

    private static void AssertBounded(List<(ulong Now, int Net)> takes)
    {
        for (int first = 0; first < takes.Count; first++)
        {
            ulong sum = 0;
            for (int last = first; last < Math.Min(takes.Count, first + 50); last++)
            {
                sum += (ulong)takes[last].Net * Bucket.TokenUnits;
                Assert.True(sum <= Bucket.BurstUnits + (takes[last].Now - takes[first].Now), "a key got more than burst + rate * time");
            }
        }
    }

    /// <summary>Rounds played, and those in which not exactly the burst was admitted.</summary>
    private static (int Rounds, int Wrong) Litmus(int rounds, TakeInRound take, bool stopWhenWrong = false)
    {
        int arrived = 0, wrong = 0;
        int current = 0;
        long admitted = 0;
        long end = Environment.TickCount64 + (long)Deadline.TotalMilliseconds;
        Run(_ =>
        {
            for (int round = 0; round < rounds; round++)
            {
                // All buckets of a round are full again in the next, so that slots are reclaimed, too.
                ulong now = (ulong)(round + 1) * 10 * TimeUnits.PerSecond;
                if (!Meet(ref arrived, (2 * round + 1) * Threads, end)) return;
                int mine = 0;
                for (int i = 0; i < Burst; i++) mine += take(round, i, now) == TakeOutcome.Taken ? 1 : 0;
                Interlocked.Add(ref admitted, mine);
                if (Interlocked.Increment(ref current) % Threads == 0 && Interlocked.Exchange(ref admitted, 0) != Burst) Interlocked.Increment(ref wrong);
                if (!Meet(ref arrived, (2 * round + 2) * Threads, end)) return;
                if (stopWhenWrong && Volatile.Read(ref wrong) > 0) break;
            }
        });
        return (current / Threads, wrong);
    }

    /// <summary>False when the time is up: the others may be gone.</summary>
    private static bool Meet(ref int arrived, int expected, long end)
    {
        Interlocked.Increment(ref arrived);
        for (int spins = 0; Volatile.Read(ref arrived) < expected; spins++)
        {
            if (spins > 1000) Thread.Yield();
            if (spins % 1000 == 999 && Environment.TickCount64 > end) return false;
        }

        return true;
    }

    private static void Run(Action<int> body)
    {
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() => body(number)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
    }

    private static SlotIdentity Key(int round) => new((ulong)round * 0x9E37_79B9_7F4A_7C15, (ulong)round + 1);
}
