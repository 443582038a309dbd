using Appliance.Limiter;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>Two lanes on one key admit together exactly what one would, for every algorithm.</summary>
public sealed class LaneTests
{
    private const int Lanes = 2;
    private const int Requests = 200_000;

    [Theory]
    [InlineData("token_bucket", 100_000)]
    [InlineData("cost_based", 100_000)]
    [InlineData("token_bucket_llm", 100_000)]
    [InlineData("concurrency", 1000)]
    public void TwoLanesOnOneKeyAdmitExactlyWhatOneWould(string algorithm, int limit)
    {
        string rule = algorithm switch
        {
            "token_bucket" => Bundle.Rule("r", Bundle.Bucket("1", $"{limit}")),
            "cost_based" => Bundle.Budget("r", $"{limit}", "1d"),
            "token_bucket_llm" => Bundle.Llm("r", $$"""{"tokens_per_minute": {{limit}}, "tokens_per_day": {{limit}} }"""),
            _ => Bundle.Concurrency("r", limit),
        };
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", rule)), lanes: Lanes);
        var admitted = new int[Lanes];
        Run(lane =>
        {
            var request = new FakeRequest { Llm = new LlmRequestNumbers(0, 1, 0) };
            for (int i = 0; i < Requests; i++) admitted[lane] += under.Decide(request, lane).Allowed ? 1 : 0;
        });
        Assert.Equal(limit, admitted.Sum());
    }

    [Fact]
    public void WhatOneLaneTakesGivesBackSettlesAndReleasesNeverLetsBothTogetherPassTheLimit()
    {
        string rules = string.Join(
            ',', Bundle.Concurrency("c", 3), Bundle.Budget("b", "1000000", "1d"), Bundle.Llm("l", """{"tokens_per_minute": 1000000000}"""),
            Bundle.Rule("sometimes", Bundle.Bucket("1", "1", """, "fixed_cost": 2"""), more: """ "match": {"header:x": "bad"},"""));
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", rules)), lanes: Lanes);
        int inFlight = 0, most = 0, passed = 0;
        Run(lane =>
        {
            var random = new Random(lane);
            FakeRequest good = new FakeRequest { Llm = new LlmRequestNumbers(3, 4, 0) }, bad = good.With("x", "bad");
            for (int i = 0; i < Requests; i++)
            {
                Decision decision = under.Decide(random.Next(3) == 0 ? bad : good, lane);
                if (!decision.Allowed) continue;
                int now = Interlocked.Increment(ref inFlight);
                if (now > Volatile.Read(ref most)) Volatile.Write(ref most, now);
                Interlocked.Increment(ref passed);
                DecisionLease lease = decision.Lease;
                under.Engine.Settle(lease, random.Next(10), under.NowNs, lane);
                Interlocked.Decrement(ref inFlight);
                under.Engine.Release(ref lease, under.NowNs, lane);
            }
        });
        Assert.InRange(most, 1, 3);
        // All places are free again, and the budget knows of every request that passed and of no other.
        Decision rejected = under.Decide(new FakeRequest().With("cost", "1000001"));
        Assert.Equal((DecisionReason.BudgetExceeded, 1_000_000L - passed), (rejected.Reason, rejected.Remaining));
        for (int place = 0; place < 3; place++) Assert.True(under.Decide(new FakeRequest()).Allowed);
        Assert.Equal(DecisionReason.ConcurrencyExceeded, under.Decide(new FakeRequest()).Reason);
    }

    [Fact]
    public void TwoLanesOnOneBreakerSpendExactlyWhatOneWould()
    {
        const int Threshold = 50_000;
        string more = $$""" "circuit_breaker": {"enabled": true, "spend_rate_threshold_per_minute": {{Threshold}} },""";
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1000000")), more: more)), lanes: Lanes);
        var admitted = new int[Lanes];
        Run(lane =>
        {
            var request = new FakeRequest();
            for (int i = 0; i < Threshold; i++) admitted[lane] += under.Decide(request, lane).Allowed ? 1 : 0;
        });
        // The request that reaches the threshold is not let through.
        Assert.Equal(Threshold - 1, admitted.Sum());
    }

    [Fact]
    public void TwoLanesOnOneLoopLetThroughExactlyWhatOneWould()
    {
        const string More = """ "loop_detection": {"enabled": true, "window_seconds": 60, "threshold_identical_requests": 5000},""";
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Rule("r", Bundle.Bucket("1", "1000000")), more: More)), lanes: Lanes);
        var admitted = new int[Lanes];
        Run(lane =>
        {
            var request = new FakeRequest();
            for (int i = 0; i < Requests / 10; i++) admitted[lane] += under.Decide(request, lane).Allowed ? 1 : 0;
        });
        Assert.Equal(4999, admitted.Sum());
    }

    private static void Run(Action<int> body)
    {
        Thread[] threads = [.. Enumerable.Range(0, Lanes).Select(lane => new Thread(() => body(lane)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
    }
}
