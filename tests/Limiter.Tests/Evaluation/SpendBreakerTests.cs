using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>circuit_breaker (policies.md part B section 2.8).</summary>
public sealed class SpendBreakerTests
{
    [Fact]
    public void TheWorkedExampleHolds()
    {
        using EngineUnderTest under = Engine(5);
        for (int i = 0; i < 10; i++) Assert.True(Spend(under, 9).Allowed);
        Decision opened = Spend(under, 11);
        Assert.Equal((DecisionReason.CircuitBreakerOpen, "circuit_breaker", 300), (opened.Reason, opened.RuleName, opened.ResetSeconds));
        Assert.False(Spend(under, 1).Allowed);
        under.Pass(TimeSpan.FromSeconds(299));
        Assert.Equal(1, Spend(under, 1).ResetSeconds);
        under.Pass(TimeSpan.FromSeconds(1));
        Assert.True(Spend(under, 1).Allowed);
        Assert.Equal(new BreakerCount("p", 1), Assert.Single(under.Engine.GetStatistics().Breakers));
    }

    [Fact]
    public void ABreakerWithoutResetStaysOpen()
    {
        using EngineUnderTest under = Engine(0);
        Assert.False(Spend(under, 100).Allowed);
        under.Pass(TimeSpan.FromDays(1000));
        Assert.Equal(3600, Spend(under, 1).ResetSeconds);
    }

    [Fact]
    public void TheMinuteBeforeCountsByWhatIsLeftOfIt()
    {
        using EngineUnderTest under = Engine(5);
        Assert.True(Spend(under, 90).Allowed);
        // A quarter into the next minute, three quarters of the 90 count: 67.5, and 32.5 would reach the threshold.
        under.Pass(TimeSpan.FromSeconds(75));
        Assert.True(Spend(under, 32).Allowed);
        Assert.False(Spend(under, 1).Allowed);
    }

    [Fact]
    public void SpendingAtARateBelowTheThresholdNeverOpensIt()
    {
        using EngineUnderTest under = Engine(5);
        for (int i = 0; i < 500; i++)
        {
            Assert.True(Spend(under, 9).Allowed);
            under.Pass(TimeSpan.FromSeconds(6));
        }
    }

    [Fact]
    public void CostOfARejectedRequestIsGivenBack()
    {
        using EngineUnderTest under = Engine(5, burst: 50);
        Assert.True(Spend(under, 50).Allowed);
        for (int i = 0; i < 20; i++) Assert.Equal(DecisionReason.TokenBucketExceeded, Spend(under, 45).Reason);
        under.Pass(TimeSpan.FromSeconds(1));
        Assert.True(Spend(under, 49).Allowed);
    }

    [Fact]
    public void EachValueOfTheFirstKeyHasABreakerOfItsOwn()
    {
        using EngineUnderTest under = Engine(5);
        Assert.False(Spend(under, 200, "a").Allowed);
        Assert.False(Spend(under, 1, "a").Allowed);
        Assert.True(Spend(under, 1, "b").Allowed);
    }

    [Fact]
    public void AReloadThatSetsAResetClosesABreakerThatHadNone()
    {
        using EngineUnderTest under = Engine(0);
        Assert.False(Spend(under, 200).Allowed);
        under.Pass(TimeSpan.FromMinutes(6));
        under.Engine.Apply(Bundle.Compile(Text(5, 1000)));
        Assert.True(Spend(under, 1).Allowed);
    }

    [Fact]
    public void AnLlmPolicySpendsTheCompletionThatIsAskedFor()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Llm("l", """{"tokens_per_minute": 100000}"""), more: Breaker(5))));
        Assert.True(under.Decide(new FakeRequest { Llm = new LlmRequestNumbers(500, 99, 0) }).Allowed);
        Assert.False(under.Decide(new FakeRequest { Llm = new LlmRequestNumbers(500, 0, 0) }).Allowed);
    }

    private static EngineUnderTest Engine(int reset, int burst = 1000) => new(Text(reset, burst));

    private static string Text(int reset, int burst) => Bundle.Of(Bundle.Policy(
        "p", Bundle.Rule("r", Bundle.Bucket($"{burst}", $"{burst}", """, "cost_source": "header:cost" """), "\"header:key\"", """ "on_missing": "shared","""),
        more: Breaker(reset)));

    private static string Breaker(int reset) =>
        $$""" "circuit_breaker": {"enabled": true, "spend_rate_threshold_per_minute": 100, "auto_reset_after_minutes": {{reset}}},""";

    private static Decision Spend(EngineUnderTest under, int cost, string key = "") =>
        under.Decide(new FakeRequest().With("cost", $"{cost}").With("key", key));
}
