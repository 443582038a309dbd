using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>Overrides that are ordered while the engine runs.</summary>
public sealed class RuntimeOverrideTests
{
    private static readonly RuntimeOverride ForAMinute = new("drill", Bundle.Now.AddMinutes(1));

    [Fact]
    public void OrderedShadowLetsEverybodyPassUntilItExpiresWhicheverBundleIsInForce()
    {
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("0.001", "1")))));
        under.Engine.Overrides = RuntimeOverrides.None with { GlobalShadow = ForAMinute };
        under.Engine.Apply(Bundle.Compile(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("0.001", "1"))))));
        for (int i = 0; i < 3; i++) Assert.True(under.Decide(new FakeRequest()).Allowed);
        Assert.True(under.Decide(new FakeRequest()).WouldReject);

        under.Pass(TimeSpan.FromMinutes(1));
        Assert.True(under.Decide(new FakeRequest()).Allowed);
        Assert.False(under.Decide(new FakeRequest()).Allowed);
    }

    [Fact]
    public void OrderedOverrideLiftsKillSwitchesUntilItIsTakenBack()
    {
        using var under = new EngineUnderTest(
            """{"bundle_version": 1, "kill_switches": [{"selector": {"pathPrefix": "/"}}], "policies": []}""");
        Assert.False(under.Decide(new FakeRequest()).Allowed);
        under.Engine.Overrides = RuntimeOverrides.None with { KillSwitchOverride = ForAMinute };
        Assert.True(under.Decide(new FakeRequest()).Allowed);
        under.Engine.Overrides = RuntimeOverrides.None;
        Assert.False(under.Decide(new FakeRequest()).Allowed);
    }
}
