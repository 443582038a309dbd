using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>`concurrency` (policies.md A16).</summary>
public sealed class ConcurrencyRuleTests
{
    [Fact]
    public void AsManyAsAllowedAreInFlightAndAReleaseMakesRoom()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Concurrency("c", 2, "\"ip:address\""))));
        Decision first = under.Decide(new FakeRequest());
        Assert.Equal((2, 1), (first.Limit, first.Remaining));
        Assert.False(first.Lease.IsEmpty || first.Lease.WantsUsage);
        Assert.Equal(0, under.Decide(new FakeRequest()).Remaining);
        Decision rejected = under.Decide(new FakeRequest());
        Assert.Equal((DecisionReason.ConcurrencyExceeded, true), (rejected.Reason, rejected.Lease.IsEmpty));
        Assert.True(under.Decide(new FakeRequest { Client = ClientAddress.FromIPv4(9) }).Allowed);
        under.Release(first);
        Assert.True(under.Decide(new FakeRequest()).Allowed);
        Assert.False(under.Decide(new FakeRequest()).Allowed);
    }

    [Fact]
    public void ASecondReleaseOfOneLeaseDoesNothing()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Concurrency("c", 1))));
        Decision first = under.Decide(new FakeRequest());
        under.Release(first);
        Decision second = under.Decide(new FakeRequest());
        Assert.True(second.Allowed);
        under.Release(first);
        Assert.False(under.Decide(new FakeRequest()).Allowed);
        under.Release(second);
        Assert.True(under.Decide(new FakeRequest()).Allowed);
        under.Release(default);
    }

    [Fact]
    public void ARequestThatAnotherRuleRejectsHoldsNoPlace()
    {
        string rules = Bundle.Concurrency("c", 1) + "," + Bundle.Rule("never", Bundle.Bucket("1", "1", """, "fixed_cost": 2"""), more: """ "match": {"header:x": "bad"},""");
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", rules)));
        for (int i = 0; i < 3; i++) Assert.Equal("never", under.Decide(new FakeRequest().With("x", "bad")).RuleName);
        Assert.True(under.Decide(new FakeRequest()).Allowed);
    }

    [Fact]
    public void AShadowedPlaceIsHeldAndReleasedInItsOwnNamespace()
    {
        string shadow = Bundle.Policy("s", Bundle.Concurrency("c", 1), more: """ "mode": "shadow",""");
        using var under = new EngineUnderTest(Bundle.Of(shadow));
        Decision first = under.Decide(new FakeRequest());
        Assert.False(first.WouldReject);
        Assert.True(under.Decide(new FakeRequest()).WouldReject);
        under.Release(first);
        Assert.False(under.Decide(new FakeRequest()).WouldReject);
    }

    [Fact]
    public void ALeaseOutlivesItsBundle()
    {
        string bundle = Bundle.Of(Bundle.Policy("p", Bundle.Concurrency("c", 1)));
        using var under = new EngineUnderTest(bundle);
        Decision first = under.Decide(new FakeRequest());
        under.Engine.Apply(Bundle.Compile(bundle));
        Assert.False(under.Decide(new FakeRequest()).Allowed);
        under.Release(first);
        Assert.True(under.Decide(new FakeRequest()).Allowed);
    }
}
