using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.Rules;
using Limiter.Tests.Support;

namespace Limiter.Tests.Bundles;

/// <summary>What the fields of a bundle become.</summary>
public sealed class CompleteBundleTests
{
    private readonly PolicySnapshot _snapshot = Bundle.Compile(CompleteBundle.Text);

    private Policy Llm => _snapshot.Policies[1];

    private Policy Plain => _snapshot.Policies[0];

    [Fact]
    public void ABundleThatUsesEveryFieldHasNoFindings()
    {
        BundleReadResult result = Bundle.Read(CompleteBundle.Text);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Lints);
    }

    [Fact]
    public void TheTopLevelIsKept()
    {
        Assert.Equal(7.5m, _snapshot.Version);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), _snapshot.IssuedAt);
        Assert.Equal(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), _snapshot.ExpiresAt);
        Assert.Equal((2, PolicyCompatibility.Fairvisor), (_snapshot.InstanceShare, _snapshot.Compatibility));
        Assert.Equal(["a-plain", "b-llm"], _snapshot.Policies.Select(p => p.Id));
        Assert.Equal((2, 4, 3), (_snapshot.PolicyCount, _snapshot.RuleCount, _snapshot.KillSwitchCount));
    }

    [Fact]
    public void OverridesEndByThemselvesAndOneThatIsOffIsNone()
    {
        Assert.Null(_snapshot.KillSwitchOverride);
        Assert.Equal("trial", _snapshot.GlobalShadow!.Reason);
        long end = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        Assert.True(_snapshot.GlobalShadow.IsActiveAt(end - 1));
        Assert.False(_snapshot.GlobalShadow.IsActiveAt(end));
    }

    [Fact]
    public void KillSwitchesKeepTheirOrderScopeAndEnd()
    {
        KillSwitch scoped = _snapshot.KillSwitches[0];
        Assert.Equal("header:x-api-key", scoped.Scope!.Key.Text);
        Assert.True(scoped.Scope.Holds("leaked"u8) && !scoped.Scope.Holds("Leaked"u8) && !scoped.Scope.Holds(""u8));
        Assert.Equal("/v1/pay"u8.ToArray(), scoped.Route);
        Assert.Null(scoped.Selector);
        Assert.Equal("leak", scoped.Reason);
        long end = new DateTimeOffset(2026, 2, 3, 15, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        Assert.True(scoped.IsActiveAt(end) && !scoped.IsActiveAt(end + 1));

        KillSwitch all = _snapshot.KillSwitches[1];
        Assert.Null(all.Scope);
        Assert.True(all.Selector!.Selects("GET"u8, "a.legacy.example"u8, "/old/x"u8));
        Assert.False(all.Selector.Selects("GET"u8, "legacy.example"u8, "/old/x"u8));
        Assert.True(all.IsActiveAt(long.MaxValue));

        Assert.True(_snapshot.KillSwitches[2].Scope!.Holds(ClientAddress.FromIPv4(0xC0000242)));
    }

    [Fact]
    public void KillSwitchesAreFoundByDescriptorAndValue()
    {
        Assert.Equal(["header:x-api-key", "ip:address"], _snapshot.ScopedKillSwitches.Select(g => g.Key.Text));
        Assert.Same(_snapshot.KillSwitches[0], Assert.Single(_snapshot.ScopedKillSwitches[0].For("leaked"u8)));
        Assert.Empty(_snapshot.ScopedKillSwitches[0].For(""u8));
        Assert.Same(_snapshot.KillSwitches[2], Assert.Single(_snapshot.ScopedKillSwitches[1].For(ClientAddress.FromIPv4(0xC0000242))));
        Assert.Empty(_snapshot.ScopedKillSwitches[1].For(ClientAddress.FromIPv4(0xC0000243)));
        Assert.Same(_snapshot.KillSwitches[1], Assert.Single(_snapshot.UnscopedKillSwitches));
    }

    [Fact]
    public void SwitchesOfOneValueKeepTheirOrder()
    {
        string Switch(string value, string route) => $$"""{"scope_key": "jwt:sub", "scope_value": "{{value}}", "route": "{{route}}"}""";
        PolicySnapshot snapshot = Bundle.Compile(
            $$"""{"bundle_version": 1, "policies": [], "kill_switches": [{{Switch("a", "/1")}}, {{Switch("b", "/2")}}, {{Switch("a", "/3")}}]}""");
        Assert.Equal(["/1", "/3"], Assert.Single(snapshot.ScopedKillSwitches).For("a"u8).Select(s => Encoding.UTF8.GetString(s.Route!)));
    }

    [Fact]
    public void EveryDescriptorIsThereOnceAndFoundByItsIndex()
    {
        Assert.Equal(
            [
                "header:x-api-key", "ip:address", "jwt:org_id", "ip:asn", "ua:bot", "ua:bot_category", "jwt:plan", "header:x-tier", "query:n", "ip:tor",
                "ip:country", "ip:type",
            ],
            _snapshot.Descriptors.Select(d => d.Text));
        Assert.All(_snapshot.Descriptors, (d, i) => Assert.Equal(i, d.Index));
        Assert.Same(Plain.Rules[0].LimitKeys[0], Llm.Rules[0].LimitKeys[0]);
        Assert.Equal(["jwt:org_id", "ip:country", "ip:type", "ip:address"], Plain.Descriptors.Select(d => d.Text));
        Assert.Equal(8, Llm.Descriptors.Length);
        Assert.Equal(
            [LimitKeyKind.Header, LimitKeyKind.ClientAddress, LimitKeyKind.JwtClaim, LimitKeyKind.IpAsn, LimitKeyKind.UaBot, LimitKeyKind.UaBotCategory],
            _snapshot.Descriptors.Take(6).Select(d => d.Kind));
        Assert.Equal("org_id"u8.ToArray(), _snapshot.Descriptors[2].Name);
    }

    [Fact]
    public void AMatchWantsTheTextOfItsValueAndAnEmptyClaimIsAValue()
    {
        MatchCondition[] match = Llm.Rules[0].Match;
        Assert.Equal(["", "gold", "5", "false"], match.Select(m => Encoding.UTF8.GetString(m.Value)));
        Assert.True(match[0].Holds(""u8));
    }

    [Fact]
    public void ABucketAndItsOverridesAreShared()
    {
        PolicyRule rule = Plain.Rules[0];
        var bucket = (BucketLimit)rule.Algorithm;
        Assert.Equal(10, bucket.Bucket.Limit);
        Assert.Equal(2, bucket.Bucket.WindowSeconds);
        Assert.Equal((CostSourceKind.Header, "x-cost", 2m), (bucket.Cost.Kind, Encoding.ASCII.GetString(bucket.Cost.Name), bucket.Cost.DefaultCost));
        Assert.Equal(MissingKeyAction.Shared, rule.OnMissing);
        Assert.Equal(100, ((BucketLimit)rule.AlgorithmFor("acme"u8)).Bucket.Limit);
        Assert.Same(bucket, rule.AlgorithmFor("Acme"u8));
    }

    [Fact]
    public void ABudgetKnowsItsStagesAndOverridesByAddress()
    {
        PolicyRule rule = Plain.Rules[1];
        var budget = (CostBudget)rule.Algorithm;
        Assert.Equal((100L, BudgetPeriod.Month, 100_000UL), (budget.Budget.Limit, budget.Budget.Period, budget.Budget.Quanta));
        Assert.Equal(4_000UL, budget.Budget.UnitsOf(budget.Cost.DefaultCost));
        Assert.Equal([(80_000UL, false, 0), (95_000UL, true, 250)], budget.Stages.Select(s => (s.FromQuanta, s.IsThrottle, s.DelayMs)));
        Assert.Null(budget.StageAt(79_999));
        Assert.Same(budget.Stages[0], budget.StageAt(94_999));
        Assert.Same(budget.Stages[1], budget.StageAt(100_000));
        ClientAddress known = ClientAddress.FromIPv4(0xC0000201);
        Assert.Equal((500L, BudgetPeriod.Day), (((CostBudget)rule.AlgorithmFor(known)).Budget.Limit, ((CostBudget)rule.AlgorithmFor(known)).Budget.Period));
        Assert.Same(budget, rule.AlgorithmFor(ClientAddress.FromIPv4(0xC0000202)));
    }

    [Fact]
    public void AFallbackHasANameAndConcurrencyIsShared()
    {
        Assert.Equal("fallback_limit", Plain.Fallback!.Name);
        var limit = (ConcurrencyLimit)Plain.Fallback.Algorithm;
        Assert.Equal((4, 3), (limit.Limit, limit.RetryAfterSeconds));
        Assert.Null(Llm.Fallback);
    }

    [Fact]
    public void AnLlmRuleHasItsNumbersAndThePolicysOwnShare()
    {
        var limit = (LlmLimit)Llm.Rules[0].Algorithm;
        Assert.Equal((9000L, 90), (limit.PerMinute.Limit, limit.PerMinute.WindowSeconds));
        Assert.Equal((1_000_000L, BudgetPeriod.Day), (limit.PerDay!.Limit, limit.PerDay.Period));
        Assert.Equal((8000L, 4000L, 3000L, 500L), (limit.MaxTokensPerRequest, limit.MaxPromptTokens, limit.MaxCompletionTokens, limit.DefaultMaxCompletion));
        Assert.Equal(TokenEstimator.HeaderHint, limit.Estimator);
        Assert.Equal(
            new LlmStreaming
            {
                IsEnabled = true,
                EnforcesMidStream = false,
                CompletionLimit = 3000,
                BufferTokens = 50,
                OnLimitExceeded = StreamLimitAction.ErrorChunk,
                IncludesPartialUsage = false,
            },
            limit.Streaming);
        Assert.Equal((500L, 3000L, 7L), (limit.CompletionFor(0), limit.CompletionFor(99_999), limit.CompletionFor(7)));
    }

    [Fact]
    public void ThePolicysModesAndGuardsAreKept()
    {
        Assert.True(Llm.IsShadow && Llm.IsClosedWhenTableFull && Llm.IsSharedInPartition);
        Assert.False(Plain.IsShadow || Plain.IsClosedWhenTableFull || Plain.IsSharedInPartition);
        Assert.True(Llm.SelectsMethod("PUT"u8) && !Llm.SelectsMethod("put"u8));
        Assert.Equal(new LoopDetection(60, 10, LoopAction.Throttle), Llm.Loop);
        SpendBreaker breaker = Llm.Breaker!;
        Assert.Equal((100L, 1005UL, 10UL), (breaker.Threshold.Limit, breaker.Threshold.Quanta, breaker.Threshold.UnitsOf(1)));
        Assert.Equal((300L, true, true, "jwt:org_id"), (breaker.AutoResetSeconds, breaker.IsAlerting, breaker.CountsLlmTokens, breaker.Key!.Text));
        Assert.Null(Plain.Loop);
        Assert.Null(Plain.Breaker);
    }
}
