using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>Kill switches and what lifts them (policies.md part B sections 1.7 and 1.8, A13).</summary>
public sealed class KillSwitchTests
{
    [Theory]
    [InlineData("""{"scope_key": "header:x-key", "scope_value": "leaked"}""", "/a", true)]
    [InlineData("""{"scope_key": "header:x-key", "scope_value": "Leaked"}""", "/a", false)]
    [InlineData("""{"scope_key": "jwt:sub", "scope_value": "mallory"}""", "/a", true)]
    [InlineData("""{"scope_key": "ip:address", "scope_value": "192.0.2.1"}""", "/a", true)]
    [InlineData("""{"scope_key": "ip:tor", "scope_value": "true"}""", "/a", true)]
    [InlineData("""{"scope_key": "ip:country", "scope_value": "XX"}""", "/a", false)]
    [InlineData("""{"scope_key": "header:x-key", "scope_value": "leaked", "route": "/a"}""", "/a", true)]
    [InlineData("""{"scope_key": "header:x-key", "scope_value": "leaked", "route": "/a"}""", "/a/b", false)]
    [InlineData("""{"selector": {"pathPrefix": "/"} }""", "/a", true)]
    [InlineData("""{"selector": {"pathPrefix": "/b"} }""", "/a", false)]
    [InlineData("""{"selector": {"pathPrefix": "/a", "methods": ["POST"]} }""", "/a", false)]
    [InlineData("""{"selector": {"pathPrefix": "/a"}, "scope_key": "header:x-key", "scope_value": "other"}""", "/a", false)]
    public void ASwitchStopsWhatItNames(string killSwitch, string path, bool stopped)
    {
        using EngineUnderTest under = Engine(killSwitch);
        FakeRequest request = new FakeRequest(path).With("x-key", "leaked").WithClaim("sub", "mallory").WithFact(RequestFact.Tor, "true");
        Decision decision = under.Decide(request);
        Assert.Equal(!stopped, decision.Allowed);
        if (!stopped) return;
        Assert.Equal((DecisionReason.KillSwitch, 3600, null), (decision.Reason, decision.ResetSeconds, decision.PolicyId));
        Assert.InRange(decision.RetryAfterSeconds, 3600, 5400);
        Assert.Equal(1, under.CountOf("reject", DecisionReason.KillSwitch, "enforce", ""));
    }

    [Fact]
    public void ASwitchEndsAfterItsLastSecond()
    {
        using EngineUnderTest under = Engine("""{"selector": {"pathPrefix": "/"}, "expires_at": "2026-02-03T14:31:00Z"}""");
        under.Pass(TimeSpan.FromSeconds(60.9));
        Assert.False(under.Decide(new FakeRequest()).Allowed);
        under.Pass(TimeSpan.FromSeconds(0.1));
        Assert.True(under.Decide(new FakeRequest()).Allowed);
    }

    [Fact]
    public void AnOverrideLiftsAllSwitchesUntilItExpires()
    {
        using EngineUnderTest under = Engine(
            """{"selector": {"pathPrefix": "/"} }""",
            """ "kill_switch_override": {"enabled": true, "reason": "drill", "expires_at": "2026-02-03T14:31:00Z"},""");
        under.Pass(TimeSpan.FromSeconds(59.9));
        Assert.True(under.Decide(new FakeRequest()).Allowed);
        under.Pass(TimeSpan.FromSeconds(0.1));
        Assert.False(under.Decide(new FakeRequest()).Allowed);
    }

    [Fact]
    public void ShadowDoesNotSoftenASwitchAndNothingIsConsumedByAStoppedRequest()
    {
        using EngineUnderTest under = Engine(
            """{"scope_key": "header:x-key", "scope_value": "leaked"}""",
            """ "global_shadow": {"enabled": true, "reason": "trial", "expires_at": "2026-02-03T14:31:00Z"},""");
        for (int i = 0; i < 20; i++) Assert.False(under.Decide(new FakeRequest().With("x-key", "leaked")).Allowed);
        under.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(9, under.Decide(new FakeRequest()).Remaining);
    }

    private static EngineUnderTest Engine(string killSwitch, string more = "") => new(
        Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "10"))))
            .Replace("\"policies\"", $"\"kill_switches\": [{killSwitch}], {more} \"policies\"", StringComparison.Ordinal));
}
