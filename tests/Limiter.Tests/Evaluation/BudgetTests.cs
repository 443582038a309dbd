using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>cost_based (policies.md part B section 2.2).</summary>
public sealed class BudgetTests
{
    private const string Stages =
        """{"threshold_percent": 80, "action": "warn"}, {"threshold_percent": 95, "action": "throttle", "delay_ms": 250},""";

    [Fact]
    public void TheWorkedStagesHold()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", "100", "1h", stages: Stages))));
        Decision plain = Spend(under, 79);
        Assert.Equal((DecisionAction.Allow, DecisionReason.AllRulesPassed, DecisionWarning.None), (plain.Action, plain.Reason, plain.Warning));
        Decision warned = Spend(under, 1);
        Assert.Equal((DecisionAction.Allow, DecisionReason.BudgetWarn, DecisionWarning.BudgetWarn), (warned.Action, warned.Reason, warned.Warning));
        Decision throttled = Spend(under, 15);
        Assert.Equal((DecisionAction.Throttle, DecisionReason.BudgetThrottle, DecisionWarning.BudgetThrottle), (throttled.Action, throttled.Reason, throttled.Warning));
        Assert.Equal(250, throttled.DelayMs);
        Decision rejected = Spend(under, 6);
        Assert.Equal((DecisionAction.Reject, DecisionReason.BudgetExceeded), (rejected.Action, rejected.Reason));
        Assert.Equal(5, rejected.Remaining);
        Assert.Equal(DecisionAction.Throttle, Spend(under, 5).Action);
        Assert.Equal(2, under.CountOf("throttle", DecisionReason.BudgetThrottle, "enforce", "b"));
        Assert.Equal(1, under.CountOf("allow", DecisionReason.BudgetWarn, "enforce", "b"));
    }

    [Fact]
    public void ABudgetOfOneThrottlesTheFirstRequestAndRejectsTheSecond()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", "1", "5m", stages: Stages))));
        Assert.Equal(DecisionAction.Throttle, Spend(under, 1).Action);
        Assert.Equal(DecisionAction.Reject, Spend(under, 1).Action);
    }

    [Fact]
    public void ARejectedRequestIsNotCharged()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", "100", "1d"))));
        Spend(under, 50);
        Assert.Equal(50, Spend(under, 60).Remaining);
        Assert.Equal(0, Spend(under, 50).Remaining);
    }

    [Theory]
    [InlineData("5m", 300)]
    [InlineData("1h", 1800)]
    [InlineData("1d", 34_200)]
    [InlineData("7d", 379_800)]
    [InlineData("1mo", 2_194_200)]
    public void TheBudgetReturnsWithItsCalendarWindowAndNotBefore(string period, int secondsLeft)
    {
        // 2026-02-03 14:30:00, a Tuesday.
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", "10", period))));
        Assert.Equal(secondsLeft, Spend(under, 10).ResetSeconds);
        Decision rejected = Spend(under, 1);
        Assert.Equal(secondsLeft, rejected.ResetSeconds);
        Assert.InRange(rejected.RetryAfterSeconds, secondsLeft, secondsLeft + Math.Min(secondsLeft / 2, 60));
        under.Pass(TimeSpan.FromSeconds(secondsLeft) - TimeSpan.FromMilliseconds(1));
        Assert.False(Spend(under, 1).Allowed);
        under.Pass(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, Spend(under, 10).Remaining);
        Assert.False(Spend(under, 1).Allowed);
    }

    [Fact]
    public void CompatibilitySendsClientsBackAsTheReferenceDoes()
    {
        string policies = Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", "10", "1h")));
        using var under = new EngineUnderTest(policies.Replace("\"policies\"", "\"compatibility\": \"fairvisor\", \"policies\"", StringComparison.Ordinal));
        Spend(under, 10);
        Assert.InRange(Spend(under, 1).RetryAfterSeconds, 900, 1800);
    }

    [Fact]
    public void AClockSetBackByLessThanAMinuteForgetsNothing()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", "10", "5m"))), memoryBytes: 8192);
        Spend(under, 10);
        under.Pass(TimeSpan.FromSeconds(301));
        // The new window is full of other keys' counters: what the old one held must not have made room for them.
        Assert.True(Spend(under, 10).Allowed);
        under.UnixMs -= 30_000;
        Assert.False(Spend(under, 1).Allowed);
        under.UnixMs += 30_000;
        Assert.False(Spend(under, 1).Allowed);
        under.NowNs -= EngineUnderTest.Second;
        Assert.False(Spend(under, 1).Allowed);
    }

    [Fact]
    public void AWindowsSlotOutlivesItByAMinuteAndIsThenAnothers()
    {
        using var under = new EngineUnderTest(
            Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", "10", "5m", "\"ip:address\""), more: "\"on_table_full\": \"closed\",")), memoryBytes: 8192);
        int Fill()
        {
            int passed = 0;
            for (uint client = 1; client < 500; client++)
                passed += under.Decide(new FakeRequest { Client = ClientAddress.FromIPv4(client) }).Allowed ? 1 : 0;
            return passed;
        }

        int slots = Fill();
        under.Pass(TimeSpan.FromSeconds(359));
        Assert.Equal(0, Fill());
        under.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(slots, Fill());
    }

    [Fact]
    public void ALaterDelayReplacesAnEarlierOneAndAWarningIsKeptOnlyAsTheFirst()
    {
        string Stage(string action) => $$"""{"threshold_percent": 1, {{action}} },""";
        string rules = string.Join(
            ',', Bundle.Budget("warn", "100", "1d", stages: Stage("\"action\": \"warn\"")),
            Bundle.Budget("slow", "100", "1d", stages: Stage("\"action\": \"throttle\", \"delay_ms\": 100")),
            Bundle.Budget("slower", "100", "1d", stages: Stage("\"action\": \"throttle\", \"delay_ms\": 50")),
            Bundle.Budget("late", "100", "1d", stages: Stage("\"action\": \"warn\"")));
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", rules)));
        Decision decision = Spend(under, 1);
        Assert.Equal((50, DecisionWarning.BudgetThrottle), (decision.DelayMs, decision.Warning));
        Assert.Equal(1, under.CountOf("throttle", DecisionReason.BudgetThrottle, "enforce", "slower"));
    }

    [Fact]
    public void APriceNamedByAStrangerIsNotBelieved()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", "10", "1d"))));
        FakeRequest priced = new FakeRequest().With("cost", "5");
        Assert.Equal(9, under.Decide(priced with { IsTrusted = false }).Remaining);
        Assert.Equal(4, under.Decide(priced).Remaining);
    }

    [Fact]
    public void OverridesHoldForTheValuesThatTheyName()
    {
        const string More = """
            "overrides": {"acme": {"budget": 50, "period": "1d", "cost_key": "header:cost", "staged_actions": [{"threshold_percent": 100, "action": "reject"}]}},
            """;
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", "10", "1d", "\"jwt:org\"", more: More))));
        Assert.Equal(49, under.Decide(new FakeRequest().WithClaim("org", "acme")).Remaining);
        Assert.Equal(9, under.Decide(new FakeRequest().WithClaim("org", "other")).Remaining);
        Assert.Equal(9, under.Decide(new FakeRequest()).Remaining);
        Assert.Equal(8, under.Decide(new FakeRequest().WithClaim("org", "")).Remaining);
    }

    private static Decision Spend(EngineUnderTest under, int cost) => under.Decide(new FakeRequest().With("cost", $"{cost}"));
}
