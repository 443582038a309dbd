using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>token_bucket_llm (policies.md part B section 2.3), with reservation and settlement.</summary>
public sealed class LlmRuleTests
{
    [Fact]
    public void PromptAndCompletionAreReservedTogether()
    {
        using EngineUnderTest under = Engine("""{"tokens_per_minute": 6000}""");
        Assert.Equal(1000, Ask(under, 1000, 4000).Remaining);
        Assert.Equal(DecisionReason.TpmExceeded, Ask(under, 1000, 4000).Reason);
        // 4,000 are missing, at 100 a second.
        Assert.Equal(40, Ask(under, 1000, 4000).ResetSeconds);
    }

    [Fact]
    public void ADayThatIsUsedUpRejectsAndGivesTheMinuteBack()
    {
        using EngineUnderTest under = Engine("""{"tokens_per_minute": 2000000, "tokens_per_day": 1000000}""");
        Assert.True(Ask(under, 998_000, 1000).Allowed);
        Decision rejected = Ask(under, 1000, 1000);
        Assert.Equal((DecisionReason.TpdExceeded, 1000L, 34_200), (rejected.Reason, rejected.Remaining, rejected.ResetSeconds));
        Assert.Equal(0, Ask(under, 500, 500).Remaining);
        under.Pass(TimeSpan.FromSeconds(34_200));
        Assert.True(Ask(under, 1000, 1000).Allowed);
    }

    [Fact]
    public void CapsRejectOrClamp()
    {
        using EngineUnderTest under = Engine(
            """
            {"tokens_per_minute": 10000, "max_prompt_tokens": 1000, "max_completion_tokens": 500, "max_tokens_per_request": 1200,
             "default_max_completion": 300}
            """);
        Assert.Equal(DecisionReason.PromptTokensExceeded, Ask(under, 1001, 1).Reason);
        Assert.Equal(DecisionReason.MaxTokensPerRequestExceeded, Ask(under, 1000, 201).Reason);
        Assert.InRange(Ask(under, 1000, 201).RetryAfterSeconds, 1, 2);
        Assert.Equal(9400, Ask(under, 100, 9_000_000).Remaining);
        Assert.Equal(9000, Ask(under, 100, 0).Remaining);
    }

    [Fact]
    public void WhatWasNotUsedIsGivenBack()
    {
        using EngineUnderTest under = Engine("""{"tokens_per_minute": 6000, "tokens_per_day": 6000}""");
        Decision decision = Ask(under, 1000, 4000);
        Assert.True(decision.Lease.WantsUsage);
        under.Settle(decision, 3000);
        under.Settle(decision, 3000);
        under.Release(decision);
        under.Settle(decision, 0);
        Assert.Equal(2999, Ask(under, 0, 1).Remaining);
        LlmTokenCount count = Assert.Single(under.Engine.GetStatistics().LlmTokens);
        Assert.Equal((5001, 8000, 6000, 2000), (count.Reserved, count.Estimated, count.Actual, count.Unused));
    }

    [Fact]
    public void WhatWasUsedBeyondIsOwed()
    {
        using EngineUnderTest under = Engine("""{"tokens_per_minute": 6000}""");
        Decision decision = Ask(under, 10, 90);
        under.Settle(decision, 7000);
        // 1,000 owed beyond the empty bucket, at 100 a second.
        Assert.Equal(11, Ask(under, 50, 50).ResetSeconds);
        under.Pass(TimeSpan.FromSeconds(11));
        Assert.Equal(0, Ask(under, 50, 50).Remaining);
    }

    [Fact]
    public void WhatIsOwedIsRememberedThoughTheBucketWasFullAndItsSlotWasLost()
    {
        using EngineUnderTest under = Engine("""{"tokens_per_minute": 6000}""", memoryBytes: 8192);
        Decision decision = Ask(under, 10, 90);
        under.Pass(TimeSpan.FromSeconds(100));
        under.Settle(decision, 3100);
        Assert.Equal(2999, Ask(under, 0, 1).Remaining);
    }

    [Fact]
    public void AResponseThatCrossesMidnightSettlesTheDayOfItsReservation()
    {
        using EngineUnderTest under = Engine("""{"tokens_per_minute": 100000, "tokens_per_day": 10000}""");
        under.Pass(TimeSpan.FromSeconds(34_199));
        Decision before = Ask(under, 1000, 8000);
        under.Pass(TimeSpan.FromSeconds(2));
        Decision after = Ask(under, 1000, 8000);
        under.Settle(before, 100);
        Assert.Equal(DecisionReason.TpdExceeded, Ask(under, 1000, 8000).Reason);
        under.Settle(after, 100);
        Assert.Equal(900, Ask(under, 1000, 8000).Remaining);
    }

    [Fact]
    public void MoreThanWasReservedIsChargedToTheDayToo()
    {
        using EngineUnderTest under = Engine("""{"tokens_per_minute": 100000, "tokens_per_day": 10000}""");
        under.Settle(Ask(under, 1, 1), 9999);
        Assert.Equal(DecisionReason.TpdExceeded, Ask(under, 1, 1).Reason);
        Assert.Equal(0, Ask(under, 0, 1).Remaining);
    }

    [Fact]
    public void AHintIsBelievedFromATrustedCallerOnly()
    {
        using EngineUnderTest under = Engine("""{"tokens_per_minute": 10000, "token_source": {"estimator": "header_hint"}}""");
        FakeRequest hinted = Request(10, 100).With("x-token-estimate", "999.5");
        Assert.Equal(8900, under.Decide(hinted).Remaining);
        Assert.Equal(8790, under.Decide(hinted with { IsTrusted = false }).Remaining);
        Assert.Equal(8680, under.Decide(Request(10, 100).With("x-token-estimate", "-5")).Remaining);
        Assert.Equal(DecisionReason.TpmExceeded, under.Decide(Request(10, 100).With("x-token-estimate", "1e300")).Reason);
    }

    [Fact]
    public void TheBodyIsWantedOnlyWhereALlmRuleApplies()
    {
        string llm = Bundle.Llm("l", """{"tokens_per_minute": 6000}""", more: """ "match": {"header:x-kind": "chat"}, """);
        string fallback = $$""" "fallback_limit": {{Bundle.Llm("f", """{"tokens_per_minute": 6000}""")}}, """;
        using var under = new EngineUnderTest(Bundle.Of(
            Bundle.Policy("a", llm, """{"pathPrefix": "/a", "methods": ["POST"]}"""),
            Bundle.Policy("b", llm, """{"pathPrefix": "/b"}""", fallback)));
        bool Wants(FakeRequest request) => under.Engine.NeedsBody(in request, 0);
        Assert.True(Wants(new FakeRequest("/a", "POST").With("x-kind", "chat")));
        Assert.False(Wants(new FakeRequest("/a").With("x-kind", "chat")));
        Assert.False(Wants(new FakeRequest("/a", "POST")));
        Assert.True(Wants(new FakeRequest("/b")));
        Assert.False(Wants(new FakeRequest("/c")));
    }

    private static EngineUnderTest Engine(string config, long memoryBytes = 1 << 20) =>
        new(Bundle.Of(Bundle.Policy("p", Bundle.Llm("llm", config))), memoryBytes);

    private static FakeRequest Request(long prompt, long completion) =>
        new() { Llm = new LlmRequestNumbers(prompt, completion, 0) };

    private static Decision Ask(EngineUnderTest under, long prompt, long completion) => under.Decide(Request(prompt, completion));
}
