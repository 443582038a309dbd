using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

public sealed class AllocationTests
{
    /// <summary>All ways through a decision: several policies, hosts, match, costs, shadow, new keys, reject with give-back and jitter, headers.</summary>
    [Fact]
    public void ADecisionAndItsHeadersAllocateNothing()
    {
        string first = Bundle.Policy(
            "a", Bundle.Rule("r", Bundle.Bucket("5", "50", """, "cost_source": "header:x-cost" """), "\"ip:address\", \"header:x-tenant\""),
            """{"pathPrefix": "/v1", "hosts": ["*.example.com", "example.com"], "methods": ["GET"]}""");
        string shadow = Bundle.Policy("b", Bundle.Rule("s", Bundle.Bucket("1", "1")), more: """ "mode": "shadow",""");
        string last = Bundle.Policy("c", Bundle.Rule("m", Bundle.Bucket("1", "3"), "\"header:x-tenant\"", """ "on_missing": "reject","""));
        using var under = new EngineUnderTest(Bundle.Of(first, shadow, last));
        FakeRequest[] requests =
        [
            .. Enumerable.Range(0, 50).Select(i => new FakeRequest("/v1/a/b").With("x-tenant", $"t{i}").With("x-cost", "1.5")),
            new FakeRequest("/v1/a", host: "a.b.example.com"), new FakeRequest("/", "POST"), new FakeRequest().With("x-tenant", new string('x', 900)),
        ];
        var headers = new byte[RateLimitHeaders.MaxLength];
        int bytes = 0;
        void Round()
        {
            for (int i = 0; i < requests.Length; i++)
            {
                Decision decision = under.Engine.Decide(in requests[i], under.NowNs, under.UnixMs, 0);
                bytes += RateLimitHeaders.Write(in decision, headers);
            }
        }

        for (int i = 0; i < 50; i++) Round();
        under.NowNs += 100 * EngineUnderTest.Second;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(under.CountOf("reject", DecisionReason.TokenBucketExceeded, "enforce", "m") > 0 && bytes > 0);
    }

    /// <summary>Every algorithm, loop detection, breaker, kill switch, shadow, claims, facts, leases, settlement.</summary>
    [Fact]
    public void NoAlgorithmAllocates()
    {
        string rules = string.Join(
            ',', Bundle.Concurrency("c", 3, "\"jwt:org\""),
            Bundle.Budget("b", "100000", "1d", "\"ip:country\"", """{"threshold_percent": 1, "action": "throttle", "delay_ms": 5},"""),
            Bundle.Llm("l", """{"tokens_per_minute": 60000, "tokens_per_day": 1000000}""", "\"header:x-tenant\""));
        const string More = """
            "loop_detection": {"enabled": true, "window_seconds": 5, "threshold_identical_requests": 20, "action": "throttle"},
            "circuit_breaker": {"enabled": true, "spend_rate_threshold_per_minute": 1000000, "auto_reset_after_minutes": 1},
            """;
        string bundle = Bundle.Of(Bundle.Policy("a", rules, more: More), Bundle.Policy("s", rules, more: More + """ "mode": "shadow",""")).Replace(
            "\"policies\"", """ "kill_switches": [{"scope_key": "ua:bot", "scope_value": "true"}, {"selector": {"pathPrefix": "/old"}}], "policies" """,
            StringComparison.Ordinal);
        using var under = new EngineUnderTest(bundle);
        FakeRequest[] requests =
        [
            .. Enumerable.Range(0, 20).Select(i => new FakeRequest("/v1").With("x-tenant", $"t{i % 5}").WithClaim("org", $"o{i % 4}")
                .WithFact(RequestFact.Country, "NL").WithQuery("a=1&b=2") with
            { Llm = new LlmRequestNumbers(100 + i, 50, (ulong)i % 3) }),
            new FakeRequest().WithFact(RequestFact.Bot, "true"), new FakeRequest("/old/x"),
        ];
        var leases = new DecisionLease[8];
        int throttled = 0, rejected = 0;
        void Round()
        {
            for (int i = 0; i < requests.Length; i++)
            {
                Decision decision = under.Engine.Decide(in requests[i], under.NowNs, under.UnixMs, 0);
                throttled += decision.Action == DecisionAction.Throttle ? 1 : 0;
                rejected += decision.Action == DecisionAction.Reject ? 1 : 0;
                under.Engine.NeedsBody(in requests[i], 0);
                under.Engine.Settle(decision.Lease, 77, under.NowNs, 0);
                ref DecisionLease lease = ref leases[i % leases.Length];
                under.Engine.Release(ref lease, under.NowNs, 0);
                lease = decision.Lease;
            }

            under.NowNs += EngineUnderTest.Second;
        }

        for (int i = 0; i < 50; i++) Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) Round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(throttled > 0 && rejected > 100);
    }
}
