using Appliance.Limiter;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>What no interleaving of requests and times admits, through the whole engine, for the limits that <see cref="EngineProperties"/> leaves out.</summary>
public sealed class LimitProperties
{
    private const int Steps = 200;

    [Fact]
    public void ABucketNeverAdmitsMoreThanBurstAndRateInAnyWindow() => Check(seed =>
    {
        var source = new RequestSource(seed);
        int rate = 1 + source.Next(5), burst = rate + source.Next(20);
        string overrides = $$""" "overrides": {"org1": {"tokens_per_second": {{rate * 2}}, "burst": {{burst * 2}}, "cost_source": "header:cost"} },""";
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy(
            "p", Bundle.Rule("r", Bundle.Bucket($"{rate}", $"{burst}", """, "cost_source": "header:cost" """), "\"jwt:org\"", overrides))));
        List<(long Ns, int Cost)>[] admitted = [[], [], []];
        long latest = under.NowNs;
        for (int step = 0; step < Steps; step++)
        {
            // The first request sets the lane's clock, behind which it never goes.
            if (step > 0) source.Pass(under);
            latest = Math.Max(latest, under.NowNs);
            int org = source.Next(3), cost = 1 + source.Next(6);
            int times = org == 1 ? 2 : 1;
            if (!under.Decide(new FakeRequest().With("cost", $"{cost}").WithClaim("org", $"org{org}")).Allowed) continue;
            admitted[org].Add((latest, cost));
            long sum = 0;
            for (int i = admitted[org].Count - 1; i >= 0; i--)
            {
                sum += admitted[org][i].Cost;
                if (sum > times * (burst + rate * ((latest - admitted[org][i].Ns) / 1e9)) + 1e-6) return false;
            }
        }

        return admitted.Sum(one => one.Count) > 3;
    });

    [Fact]
    public void ADayNeverAdmitsMoreTokensThanItHas() => Check(seed =>
    {
        var source = new RequestSource(seed);
        int day = 300 + source.Next(500);
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy(
            "p", Bundle.Llm("l", $$"""{"tokens_per_minute": 100000, "tokens_per_day": {{day}} }""", "\"jwt:org\""))), memoryBytes: 8192);
        var admitted = new Dictionary<(int Org, long Day), long>();
        for (int step = 0; step < Steps; step++)
        {
            source.Pass(under);
            if (source.Next(20) == 0) under.Pass(TimeSpan.FromHours(source.Next(30)));
            int org = source.Next(2), prompt = source.Next(60), completion = 1 + source.Next(60);
            if (!under.Decide(new FakeRequest { Llm = new LlmRequestNumbers(prompt, completion, 0) }.WithClaim("org", $"org{org}")).Allowed) continue;
            var key = (org, under.UnixMs / 86_400_000);
            admitted[key] = admitted.GetValueOrDefault(key) + prompt + completion;
            if (admitted[key] > day) return false;
        }

        return under.Table.GetStatus().TableFull == 0;
    });

    [Fact]
    public void NoMinuteSpendsTheThresholdOfABreaker() => Check(seed =>
    {
        var source = new RequestSource(seed);
        int threshold = 20 + source.Next(40);
        string more = $$""" "circuit_breaker": {"enabled": true, "spend_rate_threshold_per_minute": {{threshold}}, "auto_reset_after_minutes": 1},""";
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy(
            "p", Bundle.Rule("r", Bundle.Bucket("1000000", "1000000", """, "cost_source": "header:cost" """)), more: more)));
        var spent = new Dictionary<long, int>();
        for (int step = 0; step < 2 * Steps; step++)
        {
            under.Pass(TimeSpan.FromMilliseconds(source.Next(4000)));
            int cost = 1 + source.Next(8);
            if (!under.Decide(new FakeRequest().With("cost", $"{cost}")).Allowed) continue;
            long minute = under.UnixMs / 60_000;
            spent[minute] = spent.GetValueOrDefault(minute) + cost;
            if (spent[minute] >= threshold) return false;
        }

        return true;
    });

    private static void Check(Func<int, bool> holds) => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), holds).QuickCheckThrowOnFailure();
}
