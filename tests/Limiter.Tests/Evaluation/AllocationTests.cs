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
}
