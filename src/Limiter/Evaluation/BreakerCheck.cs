using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// The spend breaker (part B section 2.8): what was spent in a sliding minute, of which the part before the current minute is estimated from
/// the minute before. The request that reaches the threshold opens it and is rejected too.
/// </summary>
internal readonly ref struct BreakerCheck(LimiterTable table, TakeLedger ledger, EvaluationTime time)
{
    /// <summary>What clients of a breaker that never closes by itself are told, as for a kill switch.</summary>
    public const int RetrySecondsForEver = 3600;
    private const long MinuteMs = 60_000;
    private const long TwoMinutesMs = 2 * MinuteMs;

    private readonly EvaluationTime _time = time;

    /// <summary>False when it is open: <paramref name="retrySeconds"/> says for how long, at least 1.</summary>
    public bool Passes<TRequest>(BoundPolicy bound, bool shadow, scoped ref readonly TRequest request, int lane, out int retrySeconds)
        where TRequest : struct, IRequestView, allows ref struct
    {
        SpendBreaker breaker = bound.Policy.Breaker!;
        IdentitySeeds open = KeyOf(breaker, bound.OpenSeeds!.For(shadow), in request);
        SlotIdentity openIdentity = open.ToIdentity();
        retrySeconds = SecondsOpen(breaker, table.ReadCounter(openIdentity, _time.Units));
        if (retrySeconds > 0) return false;

        IdentitySeeds minutes = KeyOf(breaker, bound.MinuteSeeds!.For(shadow), in request).Append((ulong)breaker.Threshold.QuantaPerToken);
        ulong minute = (ulong)(_time.UnixMs / MinuteMs);
        ulong cost = Math.Min(CostOf(breaker, in request), SlotWord.MaxCounter);
        var add = new CounterAdd(cost, SlotWord.MaxCounter, _time.After(TwoMinutesMs + EvaluationTime.GraceMs), _time.Units);
        TakeOutcome outcome = table.Apply(minutes.Append(minute).ToIdentity(), ref add);
        if (outcome == TakeOutcome.NoSlot) return true;
        if (outcome == TakeOutcome.Taken) ledger.Add(add.Taken);
        ulong before = table.ReadCounter(minutes.Append(minute - 1).ToIdentity(), _time.Units);
        UInt128 rate = (UInt128)before * (ulong)(MinuteMs - _time.UnixMs % MinuteMs) / MinuteMs + add.Used;
        if (outcome == TakeOutcome.Taken && rate < breaker.Threshold.Quanta) return true;

        retrySeconds = Open(breaker, openIdentity);
        bound.BreakerCounters!.CountOpened(lane);
        return false;
    }

    private int Open(SpendBreaker breaker, in SlotIdentity identity)
    {
        ulong until = breaker.AutoResetSeconds == 0 ? ulong.MaxValue : _time.After(breaker.AutoResetSeconds * 1000);
        // One more than the moment: 0 is what an absent counter reads.
        ulong nowMs = NowMs + 1;
        var set = new CounterSet(nowMs, until, _time.Units);
        table.Apply(identity, ref set);
        return SecondsOpen(breaker, nowMs);
    }

    /// <summary>0 when it is closed. The rule in force says how long; the slot only says since when.</summary>
    private int SecondsOpen(SpendBreaker breaker, ulong openedAtMs)
    {
        if (openedAtMs == 0) return 0;
        if (breaker.AutoResetSeconds == 0) return RetrySecondsForEver;
        long leftMs = (long)(openedAtMs - 1) + breaker.AutoResetSeconds * 1000 - (long)NowMs;
        return leftMs <= 0 ? 0 : (int)Math.Clamp((leftMs + 999) / 1000, 1, int.MaxValue);
    }

    private ulong NowMs => _time.Units / (TimeUnits.PerSecond / 1000);

    private static ulong CostOf<TRequest>(SpendBreaker breaker, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        long completion = breaker.CountsLlmTokens ? Math.Min(request.Llm.CompletionCap, PromptHint.MostTokens) : 0;
        return completion > 0 ? breaker.Threshold.UnitsOf(completion) : breaker.Cost.UnitsFor(in request);
    }

    private static IdentitySeeds KeyOf<TRequest>(SpendBreaker breaker, IdentitySeeds seeds, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (breaker.Key is not { } key) return seeds;
        if (key.Kind == LimitKeyKind.ClientAddress) return seeds.Append((ulong)(request.Client.Bits >> 64)).Append((ulong)request.Client.Bits);
        return key.TryGetValue(in request, out ReadOnlySpan<byte> value) ? seeds.Append(value) : seeds.Append(default(ReadOnlySpan<byte>));
    }
}
