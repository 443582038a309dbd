using Appliance.Proxy.Configuration;
using Appliance.Proxy.Health;
using Appliance.Proxy.Upstreams;

namespace Proxy.Tests.Health;

/// <summary>Half-open slots between threads.</summary>
public sealed class CircuitBreakerTests
{
    private const int Rounds = 3000;
    private const int Threads = 4;
    private const int Slots = 2;

    private static readonly CircuitBreakerSettings Settings = new()
    {
        FailureThreshold = 1,
        SuccessThreshold = int.MaxValue,
        Timeout = TimeSpan.FromSeconds(1),
        HalfOpenRequests = Slots,
    };

    [Fact]
    public void NoMoreProbesThanSlotsAreEverUnderWay()
    {
        CircuitBreaker breaker = Opened();
        int most = Race(breaker.TryAdmit, outcome => breaker.Conclude(2_000_000_000, true, outcome));
        Assert.InRange(most, 1, Slots);
        Assert.Equal(0, breaker.State.Probes);
    }

    /// <summary>The test above can fail: the same race over a breaker that looks and then takes.</summary>
    [Fact]
    public void ABreakerThatLooksAndThenTakesIsCaught()
    {
        int probes = 0;
        bool TryAdmit(long nowNs, out bool probe)
        {
            probe = Volatile.Read(ref probes) < Slots;
            Thread.Yield();
            if (probe) Interlocked.Increment(ref probes);
            return probe;
        }

        Assert.True(Race(TryAdmit, _ => Interlocked.Decrement(ref probes)) > Slots, "the race does not find a broken breaker");
    }

    [Fact]
    public void WithoutSettingsEverythingPassesAndSlotsTakenBeforeAreGivenBack()
    {
        CircuitBreaker breaker = Opened();
        Assert.True(breaker.TryAdmit(2_000_000_000, out bool probe) && probe);
        breaker.Adopt(null);
        Assert.True(breaker.TryAdmit(0, out bool none) && !none);
        Assert.Equal((BreakerPhase.Closed, 1), (breaker.State.Phase, breaker.State.Probes));
        breaker.Conclude(0, probe, ServerOutcome.Failed);
        Assert.Equal(BreakerState.Initial, breaker.State);
    }

    [Fact]
    public void SuccessWhileClosedWritesNothing()
    {
        var breaker = new CircuitBreaker();
        breaker.Adopt(Settings);
        BreakerState before = breaker.State;
        breaker.Conclude(0, false, ServerOutcome.Good);
        Assert.Same(before, breaker.State);
    }

    private delegate bool Admission(long nowNs, out bool probe);

    /// <summary>The most probes that were under way at once.</summary>
    private static int Race(Admission tryAdmit, Action<ServerOutcome> conclude)
    {
        int underWay = 0, most = 0;
        using var gate = new Barrier(Threads);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            var random = new Random(number);
            gate.SignalAndWait();
            for (int i = 0; i < Rounds; i++)
            {
                if (!tryAdmit(2_000_000_000, out _)) continue;
                int now = Interlocked.Increment(ref underWay);
                for (int seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most)) Interlocked.CompareExchange(ref most, now, seen);
                Thread.Yield();
                Interlocked.Decrement(ref underWay);
                conclude(random.Next(2) == 0 ? ServerOutcome.Good : ServerOutcome.Unknown);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        return most;
    }

    private static CircuitBreaker Opened()
    {
        var breaker = new CircuitBreaker();
        breaker.Adopt(Settings);
        Assert.Equal((BreakerPhase.Closed, BreakerPhase.Open), breaker.Conclude(0, false, ServerOutcome.Failed));
        return breaker;
    }
}
