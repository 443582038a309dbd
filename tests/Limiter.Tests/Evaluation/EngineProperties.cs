using Appliance.Limiter;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests.Evaluation;

/// <summary>What holds for any bundle, any requests, any times (policies.md A8, A11).</summary>
public sealed class EngineProperties
{
    private const int Steps = 120;

    [Fact]
    public void ARejectedRequestChangesNoCounter() => Check(seed =>
    {
        // Two engines, one bundle: the second never sees what the first rejected, and must not be able to tell.
        var source = new RequestSource(seed);
        string bundle = Bundle.Of(source.Policy("a"), source.Policy("b"));
        using var all = new EngineUnderTest(bundle);
        using var allowedOnly = new EngineUnderTest(bundle);
        var held = new List<(Decision First, Decision Second)>();
        for (int step = 0; step < Steps; step++)
        {
            source.Pass(all, allowedOnly);
            FinishSome(source, held, all, allowedOnly);
            FakeRequest request = source.Request();
            Decision decision = all.Decide(request);
            // An opened breaker is remembered by design; from then on the two differ.
            if (decision.Reason == DecisionReason.CircuitBreakerOpen) break;
            if (!decision.Allowed)
            {
                // Selected by nothing: only the lane's clock sees it, which never goes back behind what it has seen.
                allowedOnly.Decide(new FakeRequest("/other"));
                continue;
            }

            Decision same = allowedOnly.Decide(request);
            if (!Answer(decision).Equals(Answer(same))) return false;
            held.Add((decision, same));
        }

        return true;
    });

    [Fact]
    public void ShadowNeverChangesAnAnswer() => Check(seed =>
    {
        var source = new RequestSource(seed);
        const string Loop = """
            "loop_detection": {"enabled": true, "window_seconds": 5, "threshold_identical_requests": 2, "action": "throttle"},
            """;
        string enforced = source.Policy("m");
        string before = source.Policy("a", """ "mode": "shadow", """ + (source.Next(2) == 0 ? Loop : ""));
        string behind = source.Policy("z", """ "mode": "shadow", """);
        using var plain = new EngineUnderTest(Bundle.Of(enforced));
        using var shadowed = new EngineUnderTest(Bundle.Of(before, enforced, behind));
        var held = new List<(Decision First, Decision Second)>();
        for (int step = 0; step < Steps; step++)
        {
            source.Pass(plain, shadowed);
            FinishSome(source, held, plain, shadowed);
            FakeRequest request = source.Request();
            Decision expected = plain.Decide(request);
            Decision decision = shadowed.Decide(request);
            if (!Answer(expected).Equals(Answer(decision))) return false;
            held.Add((expected, decision));
        }

        return true;
    });

    [Fact]
    public void UnderGlobalShadowEverythingPassesWithoutNumbers() => Check(seed =>
    {
        var source = new RequestSource(seed);
        const string Shadow = """ "global_shadow": {"enabled": true, "reason": "trial", "expires_at": "2027-01-01T00:00:00Z"}, "policies" """;
        using var under = new EngineUnderTest(
            Bundle.Of(source.Policy("a"), source.Policy("b")).Replace("\"policies\"", Shadow.Trim(), StringComparison.Ordinal));
        for (int step = 0; step < Steps; step++)
        {
            Decision decision = under.Decide(source.Request());
            if (decision.Action != DecisionAction.Allow || decision.HasLimit || decision.Warning != DecisionWarning.None) return false;
        }

        return true;
    });

    [Fact]
    public void ABudgetsWindowNeverAdmitsMoreThanTheBudget() => Check(seed =>
    {
        var source = new RequestSource(seed);
        int budget = 10 + source.Next(30);
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Budget("b", $"{budget}", "5m", "\"jwt:org\""))), memoryBytes: 8192);
        var admitted = new Dictionary<(string Org, long Window), int>();
        for (int step = 0; step < 4 * Steps; step++)
        {
            source.Pass(under);
            int cost = 1 + source.Next(5);
            string org = $"org{source.Next(3)}";
            if (!under.Decide(new FakeRequest().With("cost", $"{cost}").WithClaim("org", org)).Allowed) continue;
            var window = (org, under.UnixMs / 300_000);
            admitted[window] = admitted.GetValueOrDefault(window) + cost;
            if (admitted[window] > budget) return false;
        }

        return under.Table.GetStatus().TableFull == 0;
    });

    [Fact]
    public void NeverMoreThanTheLimitAreInFlight() => Check(seed =>
    {
        var source = new RequestSource(seed);
        int limit = 1 + source.Next(4);
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Concurrency("c", limit, "\"jwt:org\""))), memoryBytes: 8192);
        var inFlight = new List<(string Org, Decision Decision)>();
        for (int step = 0; step < 4 * Steps; step++)
        {
            source.Pass(under);
            if (inFlight.Count > 0 && source.Next(2) == 0)
            {
                int which = source.Next(inFlight.Count);
                under.Release(inFlight[which].Decision);
                inFlight.RemoveAt(which);
            }

            string org = $"org{source.Next(40)}";
            int before = inFlight.Count(one => one.Org == org);
            Decision decision = under.Decide(new FakeRequest().WithClaim("org", org));
            if (decision.Allowed != before < limit) return false;
            if (decision.Allowed) inFlight.Add((org, decision));
        }

        return true;
    });

    [Fact]
    public void TokensThatWereSettledNeverExceedWhatBurstAndRateAllow() => Check(seed =>
    {
        // 600 a minute are 10 a second; whatever is reserved, settled upwards or downwards, what is used obeys the bucket at admission.
        var source = new RequestSource(seed);
        using var under = new EngineUnderTest(Bundle.Of(Bundle.Policy("p", Bundle.Llm("l", """{"tokens_per_minute": 600}"""))));
        long start = under.NowNs, latest = under.NowNs;
        double used = 0;
        for (int step = 0; step < 3 * Steps; step++)
        {
            // The first request sets the lane's clock, behind which it never goes.
            if (step > 0) source.Pass(under);
            latest = Math.Max(latest, under.NowNs);
            int reserved = 1 + source.Next(300);
            Decision decision = under.Decide(new FakeRequest { Llm = new LlmRequestNumbers(reserved - 1, 1, 0) });
            if (!decision.Allowed) continue;
            if (used + reserved > 600 + (latest - start) / 1e8 + 1e-6) return false;
            int actual = source.Next(400);
            used += actual;
            under.Settle(decision, actual);
            under.Release(decision);
        }

        return true;
    });

    private static object Answer(Decision d) =>
        (d.Action, d.Reason, d.DelayMs, d.Warning, d.PolicyId, d.RuleName, (d.HasLimit, d.Limit, d.Remaining, d.ResetSeconds, d.RetryAfterSeconds, d.WindowSeconds));

    private static void FinishSome(
        RequestSource source, List<(Decision First, Decision Second)> held, EngineUnderTest first, EngineUnderTest second)
    {
        while (held.Count > 0 && source.Next(3) > 0)
        {
            int which = source.Next(held.Count), tokens = source.Next(80);
            (Decision one, Decision other) = held[which];
            held.RemoveAt(which);
            if (source.Next(2) == 0)
            {
                first.Settle(one, tokens);
                second.Settle(other, tokens);
            }

            first.Release(one);
            second.Release(other);
        }
    }

    private static void Check(Func<int, bool> holds) => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), holds).QuickCheckThrowOnFailure();
}
