using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>The engine against the token bucket of the specification, written down as naively as it stands there.</summary>
public sealed class NaiveBucketTests
{
    private const int KeyCount = 5;

    /// <summary>Rates whose token lasts a whole number of units: here the decisions must be the same to the nanosecond.</summary>
    private static readonly decimal[] ExactRates = [0.5m, 1, 2, 2.5m, 4, 10, 12.5m, 100, 1000, 64_000, 100_000];
    private static readonly decimal[] AnyRates = [3, 7, 0.3m, 11.7m, 999, 70_001, 123_456.789m, 33_333_333];
    private static readonly decimal[] Costs = [1, 2, 0.5m, 0.001m, 3.25m, 10, 1000];

    [Fact]
    public void EveryInterleavingGivesTheDecisionsOfTheNaiveModel() => Check(seed =>
    {
        var random = new Random(seed);
        decimal rate = ExactRates[random.Next(ExactRates.Length)];
        decimal burst = rate * (1 + random.Next(0, 8) * 0.5m);
        using EngineUnderTest under = Engine(rate, burst);
        var model = new Dictionary<int, (decimal Tokens, long LastNs)>();
        long latestNs = 0;
        for (int step = 0; step < 200; step++)
        {
            Move(under, random, rate);
            // A clock that steps back stands still, for every key.
            latestNs = Math.Max(latestNs, under.NowNs);
            int key = random.Next(KeyCount);
            decimal cost = Costs[random.Next(Costs.Length)];
            var (tokens, lastNs) = model.GetValueOrDefault(key, (burst, latestNs));
            tokens = Math.Min(burst, tokens + (latestNs - lastNs) * rate / 1_000_000_000m);
            bool allowed = tokens >= cost;
            model[key] = (allowed ? tokens - cost : tokens, latestNs);

            var decision = under.Decide(Request(key, cost));
            if (decision.Allowed != allowed) return false;
            if (allowed && decision.Remaining != Math.Floor(tokens - cost)) return false;
            if (!allowed && decision.ResetSeconds != Math.Max(1, Math.Ceiling((cost - tokens) / rate))) return false;
        }

        return true;
    });

    [Fact]
    public void NeverMoreThanBurstPlusRateTimesTimeIsAdmitted() => Check(seed =>
    {
        var random = new Random(seed);
        decimal rate = AnyRates[random.Next(AnyRates.Length)];
        decimal burst = rate * (1 + random.Next(0, 4) * 0.25m);
        using EngineUnderTest under = Engine(rate, burst);
        var admitted = new List<(long Ns, decimal Cost)>();
        long latestNs = 0;
        for (int step = 0; step < 150; step++)
        {
            Move(under, random, rate);
            latestNs = Math.Max(latestNs, under.NowNs);
            decimal cost = random.Next(2) == 0 ? burst / 7 : Costs[random.Next(Costs.Length)];
            cost = Math.Round(cost, 3);
            if (under.Decide(Request(0, cost)).Allowed) admitted.Add((latestNs, cost));
        }

        for (int first = 0; first < admitted.Count; first++)
        {
            decimal sum = 0;
            for (int last = first; last < admitted.Count; last++)
            {
                sum += admitted[last].Cost;
                if (sum > burst + rate * (admitted[last].Ns - admitted[first].Ns) / 1_000_000_000m) return false;
            }
        }

        return admitted.Count > 0;
    });

    private static void Check(Func<int, bool> holds) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(ArbMap.Default.ArbFor<int>(), holds));

    private static EngineUnderTest Engine(decimal rate, decimal burst) => new(Bundle.Of(Bundle.Policy("p", Bundle.Rule(
        "r", Bundle.Bucket(Text(rate), Text(burst), """, "cost_source": "header:cost" """), "\"header:key\""))));

    private static FakeRequest Request(int key, decimal cost) => new FakeRequest("/").With("key", $"{key}").With("cost", Text(cost));

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Mostly a few tokens' worth forwards, to the nanosecond; sometimes nothing, far, or backwards.</summary>
    private static void Move(EngineUnderTest under, Random random, decimal rate)
    {
        long token = (long)(1_000_000_000m / rate);
        under.NowNs += random.Next(10) switch
        {
            0 or 1 => 0,
            2 => -random.NextInt64(5 * token + 1),
            3 => random.NextInt64(10 * EngineUnderTest.Second),
            4 => token,
            5 => token - 1,
            6 => token + 1,
            _ => random.NextInt64(3 * token + 2),
        };
    }
}
