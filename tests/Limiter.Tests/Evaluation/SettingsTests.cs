using Appliance.Limiter;
using Appliance.Limiter.Descriptors;
using Appliance.Limiter.Tokens;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>What the configuration changes in decisions, beside the bundle.</summary>
public sealed class SettingsTests
{
    private const string ByClaim = """ "jwt:sub" """;

    private static readonly EngineSettings Rejecting = new()
    {
        Sources = new DescriptorSources { Jwt = new JwtSettings { OnInvalid = InvalidTokenAction.Reject } },
    };

    [Fact]
    public void ABadTokenIsRejectedWhereAPolicyLooksAtClaimsAndTakesNothing()
    {
        using var under = new EngineUnderTest(Bundle.Of(
            Bundle.Policy("a", Bundle.Rule("r", Bundle.Bucket("0.001", "1"))), Bundle.Policy("b", Bundle.Rule("r", Bundle.Bucket("1", "9"), ByClaim))));
        under.Engine.Use(Rejecting);
        FakeRequest bad = new FakeRequest().WithClaim("sub", "__invalid__");
        for (int i = 0; i < 3; i++)
        {
            Decision decision = under.Decide(bad);
            Assert.Equal((false, DecisionReason.TokenInvalid, "b", "jwt", 0), (decision.Allowed, decision.Reason, decision.PolicyId, decision.RuleName, decision.RetryAfterSeconds));
        }

        Assert.Equal(3, under.CountOf("reject", DecisionReason.TokenInvalid, "enforce", "jwt"));
        Assert.True(under.Decide(new FakeRequest().WithClaim("sub", "ann")).Allowed);
    }

    [Fact]
    public void NoTokenAndAPolicyWithoutClaimsAndTheSentinelSettingAreNoReasonToReject()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "9"), ByClaim), """{"pathPrefix": "/claims"}""")));
        FakeRequest bad = new FakeRequest("/claims/x").WithClaim("sub", "__invalid__");
        Assert.True(under.Decide(bad).Allowed);
        under.Engine.Use(Rejecting);
        Assert.False(under.Decide(bad).Allowed);
        Assert.True(under.Decide(new FakeRequest("/claims/x")).Allowed);
        Assert.True(under.Decide(new FakeRequest("/other").WithClaim("sub", "__invalid__")).Allowed);
        under.Engine.Use(new EngineSettings());
        Assert.True(under.Decide(bad).Allowed);
    }

    [Fact]
    public void AShadowPolicyOnlyCountsABadToken()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "9"), ByClaim), more: """ "mode": "shadow", """)));
        under.Engine.Use(Rejecting);
        Decision decision = under.Decide(new FakeRequest().WithClaim("sub", "__invalid__"));
        Assert.Equal((true, "p", DecisionReason.TokenInvalid), (decision.Allowed, decision.ShadowPolicyId, decision.ShadowReason));
        Assert.Equal(1, under.CountOf("reject", DecisionReason.TokenInvalid, "shadow", "jwt"));
    }

    [Theory]
    [InlineData("", PolicyCompatibility.None, PolicyCompatibility.None)]
    [InlineData("", PolicyCompatibility.Fairvisor, PolicyCompatibility.Fairvisor)]
    [InlineData(""" "compatibility": "none", """, PolicyCompatibility.Fairvisor, PolicyCompatibility.None)]
    [InlineData(""" "compatibility": "fairvisor", """, PolicyCompatibility.None, PolicyCompatibility.Fairvisor)]
    public void EveryDecisionCarriesTheNamesThatTheBundleAsksForElseTheSettings(string inBundle, PolicyCompatibility configured, PolicyCompatibility expected)
    {
        string policy = Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("0.001", "1"), ByClaim), """{"pathPrefix": "/a"}""");
        using var under = new EngineUnderTest($$"""{"bundle_version": 1, {{inBundle}} "policies": [{{policy}}]}""");
        under.Engine.Use(new EngineSettings { Compatibility = configured });
        Assert.Equal(expected, under.Engine.Compatibility);
        Assert.Equal((true, expected), Of(under.Decide(new FakeRequest("/other"))));
        Assert.Equal((true, expected), Of(under.Decide(new FakeRequest("/a"))));
        Assert.Equal((false, expected), Of(under.Decide(new FakeRequest("/a"))));
    }

    [Fact]
    public void ARequestThatFindsTooManyWaitingIsRejectedAndTakesNothing()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy(
            "p",
            Bundle.Rule("bucket", Bundle.Bucket("0.001", "2")) + ","
            + Bundle.Budget("slow", "100", "7d", stages: """{"threshold_percent": 0, "action": "throttle", "delay_ms": 5},"""))));
        var waiting = new DelayedRequests { Limit = 1 };
        FakeRequest request = new();
        Decision first = under.Engine.Decide(in request, under.NowNs, under.UnixMs, 0, waiting);
        Assert.Equal((true, 5, 1), (first.Allowed, first.DelayMs, waiting.Count));
        for (int i = 0; i < 5; i++)
        {
            Decision refused = under.Engine.Decide(in request, under.NowNs, under.UnixMs, 0, waiting);
            Assert.Equal((false, DecisionReason.TooManyDelayed, "p", "slow"), (refused.Allowed, refused.Reason, refused.PolicyId, refused.RuleName));
            Assert.InRange(refused.RetryAfterSeconds, 1, 2);
        }

        Assert.Equal(5, under.CountOf("reject", DecisionReason.TooManyDelayed, "enforce", "slow"));
        waiting.Leave();
        Decision second = under.Engine.Decide(in request, under.NowNs, under.UnixMs, 0, waiting);
        Assert.Equal((true, 1), (second.Allowed, waiting.Count));
        // Two of two are gone from the bucket, and the refused ones took none of them.
        Assert.Equal(DecisionReason.TokenBucketExceeded, under.Decide(request).Reason);
    }

    private static (bool Allowed, PolicyCompatibility Compatibility) Of(Decision decision) => (decision.Allowed, decision.Compatibility);
}
