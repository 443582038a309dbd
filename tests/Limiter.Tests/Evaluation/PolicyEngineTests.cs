using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

public sealed class PolicyEngineTests
{
    private static readonly string TenPerSecond = Bundle.Rule("r", Bundle.Bucket("10", "10"), "\"ip:address\"");

    [Fact]
    public void WithoutABundleNothingIsAllowedAndItIsCounted()
    {
        using LimiterTable table = LimiterTable.Create(1 << 20, 1);
        var engine = new PolicyEngine(table, 1);
        var request = new FakeRequest();
        Decision decision = engine.Decide(in request, 1, 0, 0);
        Assert.False(decision.Allowed);
        Assert.Equal(DecisionReason.NoBundleLoaded, decision.Reason);
        Assert.Null(engine.Current);
        Assert.Equal(1, engine.GetStatistics().NoBundleLoaded);
    }

    [Fact]
    public void ARequestThatNoPolicySelectsIsAllowedWithoutNumbers()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", TenPerSecond, """{"pathPrefix": "/v1"}""")));
        Decision decision = under.Decide(new FakeRequest("/v2"));
        Assert.True(decision.Allowed);
        Assert.Equal(DecisionReason.NoMatchingPolicy, decision.Reason);
        Assert.False(decision.HasLimit);
    }

    [Fact]
    public void TheReferencesWorkedExampleHolds()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", TenPerSecond)));
        for (int left = 9; left >= 0; left--)
        {
            Decision allowed = under.Decide(new FakeRequest());
            Assert.True(allowed.Allowed);
            Assert.Equal((10, left), (allowed.Limit, allowed.Remaining));
        }

        Decision rejected = under.Decide(new FakeRequest());
        Assert.False(rejected.Allowed);
        Assert.Equal(DecisionReason.TokenBucketExceeded, rejected.Reason);
        Assert.Equal(("p", "r"), (rejected.PolicyId, rejected.RuleName));
        Assert.Equal((10, 0, 1), (rejected.Limit, rejected.Remaining, rejected.ResetSeconds));
        Assert.InRange(rejected.RetryAfterSeconds, 1, 2);
        under.NowNs += EngineUnderTest.Second / 2;
        Assert.Equal(4, under.Decide(new FakeRequest()).Remaining);
    }

    [Fact]
    public void ClientsHaveBucketsOfTheirOwnAndAnEmptyKeyListHasOneForAll()
    {
        string perClient = Bundle.Policy("a", Bundle.Rule("r", Bundle.Bucket("1", "1"), "\"ip:address\""), """{"pathPrefix": "/client"}""");
        string global = Bundle.Policy("b", Bundle.Rule("r", Bundle.Bucket("1", "1")), """{"pathPrefix": "/all"}""");
        using var under = new EngineUnderTest(Bundle.Of(perClient, global));
        var other = new FakeRequest("/client") { Client = ClientAddress.FromIPv4(0xC0000202) };
        Assert.True(under.Decide(new FakeRequest("/client")).Allowed);
        Assert.False(under.Decide(new FakeRequest("/client")).Allowed);
        Assert.True(under.Decide(other).Allowed);
        Assert.True(under.Decide(new FakeRequest("/all")).Allowed);
        Assert.False(under.Decide(new FakeRequest("/all") { Client = other.Client }).Allowed);
    }

    [Fact]
    public void ARejectedRequestGivesBackWhatEarlierRulesTook()
    {
        string wide = Bundle.Policy("a", Bundle.Rule("wide", Bundle.Bucket("1", "5")));
        string narrow = Bundle.Policy("b", Bundle.Rule("narrow", Bundle.Bucket("1", "1"), "\"header:x-tenant\""));
        using var under = new EngineUnderTest(Bundle.Of(wide, narrow));
        FakeRequest one = new FakeRequest().With("x-tenant", "one");
        Assert.True(under.Decide(one).Allowed);
        for (int i = 0; i < 20; i++) Assert.Equal("narrow", under.Decide(one).RuleName);
        Decision other = under.Decide(new FakeRequest().With("x-tenant", "two"));
        Assert.True(other.Allowed);
        for (int i = 3; i < 6; i++) Assert.True(under.Decide(new FakeRequest().With("x-tenant", $"t{i}")).Allowed);
        Assert.Equal("wide", under.Decide(new FakeRequest().With("x-tenant", "t6")).RuleName);
    }

    [Fact]
    public void TheNumbersAreThoseOfTheTightestRule()
    {
        string rules = Bundle.Rule("small", Bundle.Bucket("1", "10")) + "," + Bundle.Rule("large", Bundle.Bucket("1", "100"));
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", rules)));
        Decision decision = under.Decide(new FakeRequest());
        Assert.Equal(("small", 10, 9), (decision.RuleName, decision.Limit, decision.Remaining));
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData("\"on_missing\": \"skip\",", true, true)]
    [InlineData("\"on_missing\": \"shared\",", true, false)]
    [InlineData("\"on_missing\": \"reject\",", false, false)]
    public void AMissingHeaderIsHandledAsTheRuleSaysAndCounted(string onMissing, bool first, bool second)
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1"), "\"header:X_Tenant\"", onMissing))));
        Assert.Equal(first, under.Decide(new FakeRequest()).Allowed);
        Decision again = under.Decide(new FakeRequest().With("x-tenant", ""));
        Assert.Equal(second, again.Allowed);
        Assert.Equal(new DescriptorMissCount("header:x-tenant", "p", 2), Assert.Single(under.Engine.GetStatistics().DescriptorMisses));
        if (!first) Assert.Equal(DecisionReason.DescriptorMissing, again.Reason);
    }

    [Fact]
    public void MatchChoosesTheRulesByHeaderAndAddress()
    {
        string gold = Bundle.Rule("gold", Bundle.Bucket("1", "2"), "", """ "match": {"header:x-tier": "gold"},""");
        string one = Bundle.Rule("one", Bundle.Bucket("1", "1"), "", """ "match": {"ip:address": "192.0.2.9"},""");
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", gold + "," + one)));
        Assert.Null(under.Decide(new FakeRequest()).RuleName);
        Assert.Null(under.Decide(new FakeRequest().With("x-tier", "silver")).RuleName);
        Assert.Equal("gold", under.Decide(new FakeRequest().With("x-tier", "gold")).RuleName);
        Assert.Equal("one", under.Decide(new FakeRequest { Client = ClientAddress.FromIPv4(0xC0000209) }).RuleName);
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("2.5", 7)]
    [InlineData("1e1", 0)]
    [InlineData("-3", 9)]
    [InlineData("0", 9)]
    [InlineData("many", 9)]
    [InlineData("", 9)]
    public void TheCostComesFromAHeaderOrIsTheDefault(string cost, int remaining)
    {
        using var under = new EngineUnderTest(
            Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "10", """, "cost_source": "header:X-Cost" """)))));
        Assert.Equal(remaining, under.Decide(new FakeRequest().With("x-cost", cost)).Remaining);
    }

    [Theory]
    [InlineData("1e300")]
    [InlineData("99999999999999999999999999999999999999999999")]
    public void AHugeCostIsRejectedAndNotTakenForNonsense(string cost)
    {
        using var under = new EngineUnderTest(
            Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "10", """, "cost_source": "header:x-cost" """)))));
        Assert.False(under.Decide(new FakeRequest().With("x-cost", cost)).Allowed);
    }

    [Fact]
    public void TheCostComesFromTheFirstQueryParameterOfThatName()
    {
        using var under = new EngineUnderTest(
            Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "10", """, "cost_source": "query:n", "default_cost": 2 """)))));
        Assert.Equal(7, under.Decide(new FakeRequest().WithQuery("nn=9&n=3&n=9")).Remaining);
        Assert.Equal(5, under.Decide(new FakeRequest().WithQuery("m=3&n")).Remaining);
    }

    [Fact]
    public void AShadowPolicyIsCountedButNeverFelt()
    {
        string shadow = Bundle.Policy("a", Bundle.Rule("s", Bundle.Bucket("1", "1")), more: """ "mode": "shadow",""");
        string enforced = Bundle.Policy("b", Bundle.Rule("e", Bundle.Bucket("1", "3")));
        using var under = new EngineUnderTest(Bundle.Of(shadow, enforced));
        for (int i = 2; i >= 0; i--) Assert.Equal(("e", i), (under.Decide(new FakeRequest()).RuleName, i));
        Assert.Equal("e", under.Decide(new FakeRequest()).RuleName);
        Assert.Equal(1, under.CountOf("allow", DecisionReason.AllRulesPassed, "shadow", "s"));
        Assert.Equal(3, under.CountOf("reject", DecisionReason.TokenBucketExceeded, "shadow", "s"));
        Assert.Equal(3, under.CountOf("allow", DecisionReason.AllRulesPassed, "enforce", "e"));
        Assert.Equal(1, under.CountOf("reject", DecisionReason.TokenBucketExceeded, "enforce", "e"));
    }

    [Fact]
    public void AShadowPolicyThatWouldRejectGivesBackItsOwnTakes()
    {
        string rules = Bundle.Rule("wide", Bundle.Bucket("1", "3")) + "," + Bundle.Rule("narrow", Bundle.Bucket("1", "1"), "\"header:x-tenant\"");
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("a", rules, more: """ "mode": "shadow",""")));
        FakeRequest one = new FakeRequest().With("x-tenant", "one");
        Assert.False(under.Decide(one).WouldReject);
        for (int i = 0; i < 20; i++)
        {
            Decision decision = under.Decide(one);
            Assert.Equal((true, "a", "narrow", DecisionReason.TokenBucketExceeded), (decision.Allowed, decision.ShadowPolicyId, decision.ShadowRuleName, decision.ShadowReason));
        }

        for (int i = 2; i <= 3; i++) Assert.False(under.Decide(new FakeRequest().With("x-tenant", $"t{i}")).WouldReject);
        Assert.Equal("wide", under.Decide(new FakeRequest().With("x-tenant", "t4")).ShadowRuleName);
    }

    [Fact]
    public void EnforcingAPolicyAfterAShadowRunStartsWithUntouchedBuckets()
    {
        string rule = Bundle.Rule("r", Bundle.Bucket("1", "1"));
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", rule, more: """ "mode": "shadow",""")));
        under.Decide(new FakeRequest());
        under.Engine.Apply(Bundle.Compile(Bundle.Of(Bundle.Policy("p", rule))));
        Assert.True(under.Decide(new FakeRequest()).Allowed);
        Assert.False(under.Decide(new FakeRequest()).Allowed);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\"on_table_full\": \"open\",", true)]
    [InlineData("\"on_table_full\": \"closed\",", false)]
    public void AFullTableIsOpenUnlessThePolicySaysClosed(string onTableFull, bool allowed)
    {
        string policy = Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "9"), "\"ip:address\""), more: onTableFull);
        using var under = new EngineUnderTest(Bundle.Of(policy), memoryBytes: 8192);
        Decision decision = default;
        for (uint address = 1; address < 10_000 && under.Table.GetStatus().TableFull == 0; address++)
            decision = under.Decide(new FakeRequest { Client = ClientAddress.FromIPv4(address) });
        Assert.Equal(allowed, decision.Allowed);
        Assert.Equal(allowed ? DecisionReason.AllRulesPassed : DecisionReason.TableFull, decision.Reason);
        TableFullCount count = Assert.Single(under.Engine.GetStatistics().TableFull);
        Assert.Equal(("p", "r", 1), (count.Policy, count.Rule, count.Count));
    }

    [Fact]
    public void AReloadKeepsBucketsAndTotalsOfNamesakes()
    {
        string policy = Bundle.Policy("p", TenPerSecond);
        using var under = new EngineUnderTest(Bundle.Of(policy));
        for (int i = 0; i < 4; i++) under.Decide(new FakeRequest());
        under.Engine.Apply(Bundle.Compile(Bundle.Of(policy, Bundle.Policy("q", "", """{"pathPrefix": "/other"}"""))));
        Assert.Equal(5, under.Decide(new FakeRequest()).Remaining);
        Assert.Equal(5, under.CountOf("allow", DecisionReason.AllRulesPassed, "enforce", "r"));
        Assert.Equal(2, under.Engine.Current!.PolicyCount);
    }

    [Fact]
    public void RulesOfOneNameInTwoPoliciesDoNotShareABucket()
    {
        string rule = Bundle.Rule("r", Bundle.Bucket("1", "1"));
        using var under = new EngineUnderTest(Bundle.Of(
            Bundle.Policy("a", rule, """{"pathPrefix": "/a"}"""), Bundle.Policy("b", rule, """{"pathPrefix": "/b"}""")));
        Assert.True(under.Decide(new FakeRequest("/a")).Allowed);
        Assert.True(under.Decide(new FakeRequest("/b")).Allowed);
        Assert.False(under.Decide(new FakeRequest("/a")).Allowed);
    }

    [Fact]
    public void KeyPartsDoNotRunIntoEachOther()
    {
        using var under = new EngineUnderTest(Bundle.Of(
            Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1"), "\"header:a\", \"header:b\""))));
        string lengthy = new('x', 1000);
        Assert.True(under.Decide(new FakeRequest().With("a", "x").With("b", "yz")).Allowed);
        Assert.True(under.Decide(new FakeRequest().With("a", "xy").With("b", "z")).Allowed);
        Assert.True(under.Decide(new FakeRequest().With("a", lengthy).With("b", "z")).Allowed);
        Assert.True(under.Decide(new FakeRequest().With("a", lengthy + "x").With("b", "z")).Allowed);
        Assert.False(under.Decide(new FakeRequest().With("a", lengthy).With("b", "z")).Allowed);
    }

    [Fact]
    public void EveryDecisionIsCountedExactlyOnceAsEnforced()
    {
        string shadow = Bundle.Policy("s", Bundle.Rule("s", Bundle.Bucket("1", "2")), more: """ "mode": "shadow",""");
        using var under = new EngineUnderTest(Bundle.Of(shadow, Bundle.Policy("p", TenPerSecond, """{"pathPrefix": "/v1"}""")));
        for (int i = 0; i < 30; i++) under.Decide(new FakeRequest(i % 3 == 0 ? "/v1" : "/"));
        Assert.Equal(30, under.Engine.GetStatistics().Decisions.Where(d => d.Mode == "enforce").Sum(d => d.Count));
    }
}
