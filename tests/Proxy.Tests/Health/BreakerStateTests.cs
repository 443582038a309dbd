using Appliance.Proxy.Configuration;
using Appliance.Proxy.Health;
using Appliance.Proxy.Upstreams;
using FsCheck;
using FsCheck.Fluent;

namespace Proxy.Tests.Health;

/// <summary>The breaker's transitions (upstreams.md part B section 2.7).</summary>
public sealed class BreakerStateTests
{
    private const long Second = 1_000_000_000;

    private static readonly CircuitBreakerSettings Settings = new()
    {
        FailureThreshold = 3,
        SuccessThreshold = 2,
        Timeout = TimeSpan.FromSeconds(10),
        HalfOpenRequests = 2,
    };

    /// <summary>g good, f failed, e fault, u unknown: of a request admitted now; t: ten seconds pass. Then the phase, and the count in it.</summary>
    [Theory]
    [InlineData("", "Closed 0")]
    [InlineData("ff", "Closed 2")]
    [InlineData("ffg", "Closed 0")]
    [InlineData("ffu", "Closed 2")]
    [InlineData("fff", "Open 0")]
    [InlineData("fef", "Open 0")]
    [InlineData("ffgff", "Closed 2")]
    [InlineData("fffg", "Open 0")]
    [InlineData("ffft", "Open 0")]
    [InlineData("ffftg", "HalfOpen 1")]
    [InlineData("ffftu", "HalfOpen 0")]
    [InlineData("ffftgg", "Closed 0")]
    [InlineData("ffftgug", "Closed 0")]
    [InlineData("ffftf", "Open 0")]
    [InlineData("ffftgf", "Open 0")]
    [InlineData("ffftft", "Open 0")]
    [InlineData("ffftftgg", "Closed 0")]
    [InlineData("ffftggff", "Closed 2")]
    public void FollowsTheTable(string events, string expected)
    {
        BreakerState state = BreakerState.Initial;
        long nowNs = 5 * Second;
        foreach (char c in events)
        {
            if (c == 't')
            {
                nowNs += 10 * Second;
                continue;
            }

            if (state.Admit(Settings, nowNs) is not { } admitted) continue;
            bool probe = admitted.Phase != BreakerPhase.Closed;
            ServerOutcome outcome = c switch { 'g' => ServerOutcome.Good, 'f' => ServerOutcome.Failed, 'e' => ServerOutcome.Fault, _ => ServerOutcome.Unknown };
            state = admitted.Conclude(Settings, nowNs, probe, outcome);
        }

        Assert.Equal(expected, $"{state.Phase} {state.Count}");
        Assert.Equal(0, state.Probes);
    }

    [Fact]
    public void OpenLastsExactlyItsTimeout()
    {
        BreakerState open = Opened(0);
        Assert.Null(open.Admit(Settings, 10 * Second - 1));
        Assert.False(open.Admits(Settings, 10 * Second - 1));
        Assert.Equal(BreakerPhase.HalfOpen, open.Admit(Settings, 10 * Second)!.Phase);
    }

    [Fact]
    public void HalfOpenLetsItsNumberThroughAndNoMore()
    {
        BreakerState state = Opened(0).Admit(Settings, 10 * Second)!.Admit(Settings, 10 * Second)!;
        Assert.Equal(2, state.Probes);
        Assert.Null(state.Admit(Settings, 10 * Second));
        state = state.Conclude(Settings, 10 * Second, probe: true, ServerOutcome.Unknown);
        Assert.NotNull(state.Admit(Settings, 10 * Second));
    }

    [Fact]
    public void WhatWasAdmittedBeforeItOpenedDecidesNothing()
    {
        BreakerState open = Opened(0);
        Assert.Same(open, open.Conclude(Settings, 1, probe: false, ServerOutcome.Good));
        BreakerState half = open.Admit(Settings, 10 * Second)!;
        Assert.Same(half, half.Conclude(Settings, 10 * Second, probe: false, ServerOutcome.Failed));
        Assert.Same(half, half.Conclude(Settings, 10 * Second, probe: false, ServerOutcome.Good));
    }

    [Fact]
    public void AProbeKeepsItsSlotWhenTheBreakerOpensAgain()
    {
        BreakerState two = Opened(0).Admit(Settings, 10 * Second)!.Admit(Settings, 10 * Second)!;
        BreakerState open = two.Conclude(Settings, 10 * Second, probe: true, ServerOutcome.Failed);
        Assert.Equal((BreakerPhase.Open, 1), (open.Phase, open.Probes));
        BreakerState half = open.Admit(Settings, 20 * Second)!;
        Assert.Equal(2, half.Probes);
        Assert.Null(half.Admit(Settings, 20 * Second));
    }

    [Fact]
    public void SlotsAreNeverExceededLostOrGivenBackTwice()
    {
        Gen<(int Kind, int Which, int Outcome)> step =
            from kind in Gen.Choose(0, 4)
            from which in Gen.Choose(0, 100)
            from outcome in Gen.Choose(0, 3)
            select (kind, which, outcome);
        Prop.ForAll(step.ListOf().ToArbitrary(), steps =>
        {
            BreakerState state = BreakerState.Initial;
            var underWay = new List<bool>();
            long nowNs = 0;
            foreach ((int kind, int which, int outcome) in steps)
            {
                if (kind == 4) nowNs += 6 * Second;
                else if (kind >= 2 && underWay.Count > 0)
                {
                    bool probe = underWay[which % underWay.Count];
                    underWay.RemoveAt(which % underWay.Count);
                    state = state.Conclude(Settings, nowNs, probe, (ServerOutcome)outcome);
                }
                else if (state.Admit(Settings, nowNs) is { } admitted)
                {
                    Assert.True(state.Admits(Settings, nowNs));
                    underWay.Add(admitted.Phase != BreakerPhase.Closed);
                    state = admitted;
                }
                else
                {
                    Assert.False(state.Admits(Settings, nowNs));
                }

                Assert.Equal(underWay.Count(probe => probe), state.Probes);
                Assert.InRange(state.Probes, 0, Settings.HalfOpenRequests);
            }
        }).QuickCheckThrowOnFailure();
    }

    private static BreakerState Opened(long nowNs)
    {
        BreakerState state = BreakerState.Initial;
        for (int i = 0; i < 3; i++) state = state.Conclude(Settings, nowNs, probe: false, ServerOutcome.Failed);
        Assert.Equal(BreakerPhase.Open, state.Phase);
        return state;
    }
}
