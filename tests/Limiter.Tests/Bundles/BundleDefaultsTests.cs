using System.Globalization;
using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.Rules;
using Limiter.Tests.Support;

namespace Limiter.Tests.Bundles;

/// <summary>What stands for fields that a bundle leaves out, and what is only remarked upon.</summary>
public sealed class BundleDefaultsTests
{
    private const string Reject = """ "staged_actions": [{"threshold_percent": 100, "action": "reject"}]""";

    [Theory]
    [InlineData("", false, false)]
    [InlineData("", true, true)]
    [InlineData(""" "on_table_full": "open", """, true, false)]
    [InlineData(""" "on_table_full": "closed", """, false, true)]
    public void AFullTableIsWhatThePolicySaysElseTheConfiguration(string said, bool configured, bool closed)
    {
        string json = Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1")), more: said));
        BundleReadResult read = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(json), Bundle.Now, new BundleOptions { IsClosedWhenTableFull = configured });
        Assert.Equal(closed, Assert.Single(read.Snapshot!.Policies).IsClosedWhenTableFull);
    }

    [Fact]
    public void AnLlmRuleNeedsOnlyItsRate()
    {
        LlmLimit limit = Llm("""{"tokens_per_minute": 100}""");
        Assert.Equal((100L, 60), (limit.PerMinute.Limit, limit.PerMinute.WindowSeconds));
        Assert.Null(limit.PerDay);
        Assert.Equal((long.MaxValue, long.MaxValue, long.MaxValue), (limit.MaxTokensPerRequest, limit.MaxPromptTokens, limit.MaxCompletionTokens));
        Assert.Equal((1000L, TokenEstimator.SimpleWord), (limit.CompletionFor(0), limit.Estimator));
    }

    [Theory]
    [InlineData("""{"tokens_per_minute": 9000}""", false, 2048)]
    [InlineData("""{"tokens_per_minute": 9000, "max_completion_tokens": 50.5}""", true, 50)]
    [InlineData("""{"tokens_per_minute": 9000, "streaming": {}}""", true, 2048)]
    public void AStreamIsCutOnlyByANumberOrAWishThatSomebodyWrote(string config, bool enforced, long limit)
    {
        LlmStreaming streaming = Llm(config).Streaming;
        Assert.Equal((true, enforced, limit, 100L), (streaming.IsEnabled, streaming.EnforcesMidStream, streaming.CompletionLimit, streaming.BufferTokens));
        Assert.Equal((StreamLimitAction.GracefulClose, true), (streaming.OnLimitExceeded, streaming.IncludesPartialUsage));
    }

    [Fact]
    public void GuardsThatAreOffMayBeIncomplete()
    {
        Policy policy = Bundle.Compile(Bundle.Of(Bundle.Policy(
            "p", "", more: """ "loop_detection": {"enabled": false, "window_seconds": -1}, "circuit_breaker": {"enabled": false},"""))).Policies[0];
        Assert.Null(policy.Loop);
        Assert.Null(policy.Breaker);
    }

    [Fact]
    public void GuardsHaveDefaults()
    {
        Policy policy = Bundle.Compile(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1")), more: """
            "loop_detection": {"enabled": true, "window_seconds": 5, "threshold_identical_requests": 2},
            "circuit_breaker": {"enabled": true, "spend_rate_threshold_per_minute": 100},
            """))).Policies[0];
        Assert.Equal(new LoopDetection(5, 2, LoopAction.Reject), policy.Loop);
        Assert.Equal((0L, false, false), (policy.Breaker!.AutoResetSeconds, policy.Breaker.IsAlerting, policy.Breaker.CountsLlmTokens));
        Assert.Null(policy.Breaker.Key);
        Assert.Equal(1UL, policy.Breaker.Threshold.UnitsOf(policy.Breaker.Cost.DefaultCost));
    }

    [Fact]
    public void ABreakerSpendsTheFirstRulesCostAndGoesByTheFirstKeyOfAnyRule()
    {
        string rules = Bundle.Rule("r", Bundle.Bucket("1", "9", """, "cost_source": "header:cost", "default_cost": 2.5""")) + ","
            + Bundle.Rule("s", Bundle.Bucket("1", "9"), "\"jwt:sub\"");
        SpendBreaker breaker = Bundle.Compile(Bundle.Of(Bundle.Policy(
            "p", rules, more: """ "circuit_breaker": {"enabled": true, "spend_rate_threshold_per_minute": 100},"""))).Policies[0].Breaker!;
        Assert.Equal("jwt:sub", breaker.Key!.Text);
        Assert.Equal(CostSourceKind.Header, breaker.Cost.Kind);
        FakeRequest costly = new FakeRequest().With("cost", "7.25");
        FakeRequest silent = new();
        Assert.Equal(breaker.Threshold.UnitsOf(7.25m), breaker.Cost.UnitsFor(in costly));
        Assert.Equal(breaker.Threshold.UnitsOf(2.5m), breaker.Cost.UnitsFor(in silent));
        Assert.Equal(100_000UL, breaker.Threshold.Quanta);
    }

    [Theory]
    [InlineData("{\"pathPrefix\": \"/\"}", "/selector/pathPrefix", "every request of every host")]
    [InlineData("{\"hosts\": [\"a.example\"]}", "/selector", "never matches")]
    [InlineData("{\"pathPrefix\": \"/a/../b\"}", "/selector/pathPrefix", "may never match")]
    [InlineData("{\"pathExact\": \"/a?b=c\"}", "/selector/pathExact", "may never match")]
    [InlineData("{\"pathExact\": \"/a\", \"methods\": [\"get\"]}", "/selector/methods/0", "case-sensitive")]
    [InlineData("{\"pathExact\": \"/a\", \"path\": 1}", "/selector/path", "unknown field, ignored")]
    public void ADoubtfulSelectorIsALint(string selector, string pointer, string message) =>
        AssertLint(Bundle.Of(Bundle.Policy("p", "", selector)), "/policies/0/spec" + pointer, message);

    [Theory]
    [InlineData("token_bucket", """{"rps": 1, "burst": 1, "algorithm": "token_bucket"}""")]
    [InlineData("token_bucket_llm", """{"tokens_per_minute": 2000, "algorithm": "token_bucket_llm"}""")]
    [InlineData("concurrency", """{"limit": 1, "algorithm": "concurrency"}""")]
    [InlineData("cost_based", $$"""{"budget": 1, "period": "7d", "algorithm": "cost_based", {{Reject}}}""")]
    public void AConfigurationMayRepeatItsAlgorithm(string algorithm, string config) =>
        Assert.Empty(Bundle.Read(Bundle.Of(Bundle.Policy("p", Rule(algorithm, config), """{"pathPrefix": "/a"}"""))).Lints);

    [Fact]
    public void APrefixOfEverythingOnOneHostIsNoLint() =>
        Assert.Empty(Bundle.Read(Bundle.Of(Bundle.Policy("p", "", """{"pathPrefix": "/", "hosts": ["a.example"]}"""))).Lints);

    [Theory]
    [InlineData("token_bucket", """{"rps": 1, "burst": 1, "fixed_cost": 2}""", "", "costs more than the burst")]
    [InlineData("token_bucket", """{"rps": 1, "burst": 1, "rate": 2}""", "/rate", "unknown field")]
    [InlineData("token_bucket", """{"rps": 1, "burst": 1, "algorithm": "cost_based"}""", "/algorithm", "the rule's algorithm is token_bucket")]
    [InlineData("cost_based", $$"""{"budget": 1, "period": "1d", "fixed_cost": 2, {{Reject}}}""", "", "costs more than the budget")]
    [InlineData("cost_based", """
        {"budget": 1, "period": "1d", "staged_actions": [{"threshold_percent": 90, "action": "reject"}, {"threshold_percent": 100, "action": "reject"}]}
        """, "/staged_actions/0", "no effect")]
    [InlineData("cost_based", """
        {"budget": 1, "period": "1d",
         "staged_actions": [{"threshold_percent": 9, "action": "throttle", "delay_ms": 1e9}, {"threshold_percent": 100, "action": "reject"}]}
        """, "/staged_actions/0/delay_ms", "30000 ms")]
    [InlineData("token_bucket_llm", """{"tokens_per_minute": 2000, "default_max_completion_tokens": 5}""", "/default_max_completion_tokens", "the right name")]
    [InlineData("token_bucket_llm", """{"tokens_per_minute": 2000, "max_tokens_per_request": 900}""", "", "it is rejected")]
    [InlineData("concurrency", """{"limit": 2, "max": 3}""", "/max", "unknown field")]
    public void ADoubtfulConfigurationIsALint(string algorithm, string config, string pointer, string message)
    {
        string policy = Bundle.Policy("p", Rule(algorithm, config), """{"pathPrefix": "/a"}""");
        AssertLint(Bundle.Of(policy), "/policies/0/spec/rules/0/algorithm_config" + pointer, message);
    }

    [Fact]
    public void AnOverrideThatIsOverIsDroppedWhereAStartMustNotFail()
    {
        const string Over = """{"enabled": true, "reason": "r", "expires_at": "2026-02-03T14:30:00Z"}""";
        const string Json = $$"""{"bundle_version": 1, "policies": [], "global_shadow": {{Over}} }""";
        Assert.Null(Bundle.Read(Json).Snapshot);
        BundleReadResult atStart = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(Json), Bundle.Now, new BundleOptions { DropsExpiredOverrides = true });
        Assert.Null(atStart.Snapshot!.GlobalShadow);
        Assert.Contains(atStart.Lints, l => l.Pointer == "/global_shadow/expires_at" && l.Message.Contains("is over"));
    }

    [Fact]
    public void TheShareOfTheConfigurationHoldsWhereTheBundleIsSilent()
    {
        string silent = Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("10", "20"))));
        string outspoken = silent.Replace("\"bundle_version\"", "\"instance_share\": \"1/1\", \"bundle_version\"");
        Assert.Equal(5, BurstOf(silent, new BundleOptions { InstanceShare = 4 }));
        Assert.Equal(20, BurstOf(outspoken, new BundleOptions { InstanceShare = 4 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => BurstOf(silent, new BundleOptions { InstanceShare = 0 }));
    }

    [Theory]
    [InlineData(1, 2, true)]
    [InlineData(1.5, 1.6, true)]
    [InlineData(2, 2, false)]
    [InlineData(2, 1, false)]
    public void AVersionMustGrow(double current, double next, bool allowed) =>
        Assert.Equal(allowed, BundleVersionRule.Allows(OfVersion(current, "old"), OfVersion(next, "new")));

    [Fact]
    public void AnyVersionMayBeTheFirstAndTheSameFileMayComeAgain()
    {
        Assert.True(BundleVersionRule.Allows(null, OfVersion(1, "a")));
        Assert.True(BundleVersionRule.Allows(OfVersion(2, "a"), OfVersion(2, "a")));
    }

    private static PolicySnapshot OfVersion(double version, string what) =>
        Bundle.Compile($$"""{"bundle_version": {{version.ToString(CultureInfo.InvariantCulture)}}, "policies": [], "defaults": "{{what}}"}""");

    private static long BurstOf(string json, BundleOptions options) =>
        PolicyBundleReader.Read(Encoding.UTF8.GetBytes(json), Bundle.Now, options).Snapshot!.Policies[0].Rules[0].Algorithm is BucketLimit limit
            ? limit.Bucket.Limit
            : 0;

    private static LlmLimit Llm(string config) =>
        (LlmLimit)Bundle.Compile(Bundle.Of(Bundle.Policy("p", Rule("token_bucket_llm", config)))).Policies[0].Rules[0].Algorithm;

    private static string Rule(string algorithm, string config) => Bundle.Rule("r", config).Replace("\"token_bucket\"", $"\"{algorithm}\"");

    private static void AssertLint(string json, string pointer, string message)
    {
        BundleReadResult result = Bundle.Read(json);
        Assert.Empty(result.Errors);
        BundleError lint = Assert.Single(result.Lints);
        Assert.Equal(pointer, lint.Pointer);
        Assert.Contains(message, lint.Message);
    }
}
