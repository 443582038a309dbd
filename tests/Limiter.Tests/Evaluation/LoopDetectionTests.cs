using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>loop_detection (policies.md part B section 2.7).</summary>
public sealed class LoopDetectionTests
{
    [Fact]
    public void TheTenthIdenticalRequestOfTenIsRejectedUntilItsWindowIsOver()
    {
        using EngineUnderTest under = Engine(10, "reject");
        for (int i = 1; i < 10; i++) Assert.True(under.Decide(new FakeRequest()).Allowed);
        Decision rejected = under.Decide(new FakeRequest());
        Assert.Equal((DecisionReason.LoopDetected, "loop_detection", 60), (rejected.Reason, rejected.RuleName, rejected.ResetSeconds));
        Assert.Equal(1, under.CountOf("reject", DecisionReason.LoopDetected, "enforce", "loop_detection"));
        // The window began with the first and is not extended by those that follow.
        under.Pass(TimeSpan.FromSeconds(60));
        Assert.False(under.Decide(new FakeRequest()).Allowed);
        under.Pass(TimeSpan.FromMilliseconds(1));
        Assert.True(under.Decide(new FakeRequest()).Allowed);
    }

    [Fact]
    public void TheTenthHitAtAThresholdOfFiveIsDelayedByASecondAndStillLimited()
    {
        using EngineUnderTest under = Engine(5, "throttle", Bundle.Rule("r", Bundle.Bucket("1", "400")));
        Decision decision = default;
        for (int i = 1; i <= 10; i++) decision = under.Decide(new FakeRequest());
        Assert.Equal((DecisionAction.Throttle, 1000, DecisionWarning.LoopThrottle), (decision.Action, decision.DelayMs, decision.Warning));
        Assert.Equal((DecisionReason.LoopDetected, 390L), (decision.Reason, decision.Remaining));
        for (int i = 11; i <= 400; i++) decision = under.Decide(new FakeRequest());
        Assert.Equal(30_000, decision.DelayMs);
        Assert.Equal(DecisionReason.TokenBucketExceeded, under.Decide(new FakeRequest()).Reason);
    }

    [Fact]
    public void AWarningLeavesTheRequestToTheLimiters()
    {
        using EngineUnderTest under = Engine(2, "warn", Bundle.Rule("r", Bundle.Bucket("1", "2")));
        Assert.Equal(DecisionWarning.None, under.Decide(new FakeRequest()).Warning);
        Decision warned = under.Decide(new FakeRequest());
        Assert.Equal((DecisionAction.Allow, DecisionWarning.LoopWarn, 0L), (warned.Action, warned.Warning, warned.Remaining));
        Assert.Equal(DecisionReason.TokenBucketExceeded, under.Decide(new FakeRequest()).Reason);
    }

    [Fact]
    public void HitsCountThoughTheRequestIsRejected()
    {
        using EngineUnderTest under = Engine(3, "reject", Bundle.Rule("r", Bundle.Bucket("1", "1")));
        Assert.True(under.Decide(new FakeRequest()).Allowed);
        Assert.Equal(DecisionReason.TokenBucketExceeded, under.Decide(new FakeRequest()).Reason);
        Assert.Equal(DecisionReason.LoopDetected, under.Decide(new FakeRequest()).Reason);
    }

    [Fact]
    public void WhatDiffersInAnyPartIsNoLoop()
    {
        using EngineUnderTest under = Engine(2, "reject", Bundle.Rule("r", Bundle.Bucket("1", "100"), "\"header:x-agent\""));
        FakeRequest[] different =
        [
            new("/a"), new("/a", "POST"), new("/b"), new FakeRequest("/a").WithQuery("x=1"), new FakeRequest("/a").WithQuery("x=1&x=1"),
            new FakeRequest("/a").With("x-agent", "one"), new FakeRequest("/a").With("x-agent", "two"),
            new FakeRequest("/a") { Llm = new LlmRequestNumbers(0, 0, 1) }, new FakeRequest("/a") { Llm = new LlmRequestNumbers(0, 0, 2) },
        ];
        foreach (FakeRequest request in different) Assert.True(under.Decide(request).Allowed);
        Assert.False(under.Decide(new FakeRequest("/a") { Client = ClientAddress.FromIPv4(9) }).Allowed);
    }

    [Fact]
    public void TheOrderOfParametersMakesNoDifference()
    {
        using EngineUnderTest under = Engine(2, "reject");
        Assert.True(under.Decide(new FakeRequest().WithQuery("a=1&b=2")).Allowed);
        Assert.False(under.Decide(new FakeRequest().WithQuery("b=2&a=1")).Allowed);
    }

    [Fact]
    public void WithoutDescriptorsClientsAreToldApartByTheirAddress()
    {
        using EngineUnderTest under = Engine(2, "reject");
        for (uint client = 1; client < 50; client++) Assert.True(under.Decide(new FakeRequest { Client = ClientAddress.FromIPv4(client) }).Allowed);
    }

    [Fact]
    public void TwoPoliciesCountEachForItself()
    {
        string Policy(string id) => Bundle.Policy(id, "", more: Loop(3, "reject"));
        using var under = new EngineUnderTest(Bundle.Of(Policy("a"), Policy("b")));
        Assert.True(under.Decide(new FakeRequest()).Allowed);
        Assert.True(under.Decide(new FakeRequest()).Allowed);
        Assert.Equal("a", under.Decide(new FakeRequest()).PolicyId);
    }

    private static EngineUnderTest Engine(int threshold, string action, string rules = "") =>
        new(Bundle.Of(Bundle.Policy("p", rules, more: Loop(threshold, action))));

    private static string Loop(int threshold, string action) =>
        $$""" "loop_detection": {"enabled": true, "window_seconds": 60, "threshold_identical_requests": {{threshold}}, "action": "{{action}}"},""";
}
