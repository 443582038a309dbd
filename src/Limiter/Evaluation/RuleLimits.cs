using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// Asks the table on behalf of one rule, by algorithm. What is taken goes into the ledger, which gives it back when
/// this rule or a later one rejects.
/// </summary>
internal readonly ref struct RuleLimits(LimiterTable table, TakeLedger ledger, EvaluationTime time)
{
    private readonly EvaluationTime _time = time;

    public RuleAnswer Ask<TRequest>(in PlannedRule planned, scoped ref readonly TRequest request, int lane)
        where TRequest : struct, IRequestView, allows ref struct => planned.Algorithm.Kind switch
        {
            AlgorithmKind.TokenBucket => AskBucket((BucketLimit)planned.Algorithm, planned.Identity, in request),
            AlgorithmKind.CostBased => AskBudget((CostBudget)planned.Algorithm, planned.Identity, in request),
            AlgorithmKind.Concurrency => AskConcurrency((ConcurrencyLimit)planned.Algorithm, planned.Identity),
            _ => AskLlm((LlmLimit)planned.Algorithm, planned, in request, lane),
        };

    private RuleAnswer AskBucket<TRequest>(BucketLimit limit, in SlotIdentity identity, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct =>
        Take(limit.Bucket, identity, limit.Cost.UnitsFor(in request), DecisionReason.TokenBucketExceeded, out _);

    private RuleAnswer AskBudget<TRequest>(CostBudget limit, in SlotIdentity identity, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        RuleAnswer answer = Use(
            limit.Budget, identity, limit.Budget.WindowAt(_time.UnixSeconds), limit.Cost.UnitsFor(in request), DecisionReason.BudgetExceeded,
            out ulong used, out _);
        if (answer.Verdict == RuleVerdict.Passed) answer.Stage = limit.StageAt(used);
        return answer;
    }

    private RuleAnswer AskConcurrency(ConcurrencyLimit limit, in SlotIdentity identity)
    {
        var enter = new GaugeEnter((ulong)limit.Limit, _time.Units);
        TakeOutcome outcome = table.Apply(identity, ref enter);
        if (outcome == TakeOutcome.NoSlot) return new RuleAnswer { Verdict = RuleVerdict.NoSlot };
        LimitReading reading = LimitReading.Of(limit, enter.Count);
        if (outcome == TakeOutcome.Denied) return Rejected(DecisionReason.ConcurrencyExceeded, limit.RetryAfterSeconds, reading);
        ledger.AddPlace(enter.Taken);
        return new RuleAnswer { Verdict = RuleVerdict.Passed, Reading = reading };
    }

    private RuleAnswer AskLlm<TRequest>(LlmLimit limit, in PlannedRule planned, scoped ref readonly TRequest request, int lane)
        where TRequest : struct, IRequestView, allows ref struct
    {
        LlmRequestNumbers numbers = request.Llm;
        long prompt = PromptHint.TokensOf(limit.Estimator, in request, numbers.PromptTokens);
        if (prompt > limit.MaxPromptTokens) return Rejected(DecisionReason.PromptTokensExceeded, 1, default);
        long total = prompt + limit.CompletionFor(Math.Min(numbers.CompletionCap, PromptHint.MostTokens));
        if (total > limit.MaxTokensPerRequest) return Rejected(DecisionReason.MaxTokensPerRequestExceeded, 1, default);

        RuleAnswer minute = Take(limit.PerMinute, planned.Identity, limit.PerMinute.UnitsOf(total), DecisionReason.TpmExceeded, out TakenSlot minuteTaken);
        if (minute.Verdict != RuleVerdict.Passed) return minute;
        RuleAnswer answer = minute;
        TakenSlot dayTaken = default;
        long dayLeft = -1;
        if (limit.PerDay is { } perDay)
        {
            BudgetWindow today = perDay.WindowAt(_time.UnixSeconds);
            SlotIdentity identity = BudgetKey.Of(planned.Identity, perDay, today);
            RuleAnswer day = Use(perDay, identity, today, perDay.UnitsOf(total), DecisionReason.TpdExceeded, out _, out dayTaken);
            if (day.Verdict == RuleVerdict.Rejected) return day;
            if (day.Reading.IsKnown) dayLeft = day.Reading.Remaining;
            // No slot for the day: the minute still holds and is settled, and the policy says whether that is enough.
            if (day.Verdict == RuleVerdict.NoSlot || day.Reading.Share < answer.Reading.Share) answer = day;
        }

        ledger.AddReservation(new LlmReservation
        {
            Minute = minuteTaken,
            MinuteIdentity = planned.Identity,
            PerMinute = limit.PerMinute,
            Day = dayTaken,
            PerDay = limit.PerDay,
            Tokens = total,
            PromptTokens = prompt,
            Streaming = limit.Streaming,
            IsShadow = planned.IsShadow,
            Counters = planned.Rule.Counters,
        });
        planned.Rule.Counters.CountReserved(lane, total);
        if (!planned.IsShadow) planned.Rule.Counters.NoteTokensLeft(lane, _time.Stamp, minute.Reading.Remaining, dayLeft);
        return answer;
    }

    private RuleAnswer Take(TokenBucket bucket, in SlotIdentity identity, ulong cost, DecisionReason reason, out TakenSlot taken)
    {
        var take = new BucketTake(bucket, cost, _time.Units);
        TakeOutcome outcome = table.Apply(identity, ref take);
        taken = take.Taken;
        if (outcome == TakeOutcome.NoSlot) return new RuleAnswer { Verdict = RuleVerdict.NoSlot };
        LimitReading reading = LimitReading.Of(bucket, take.Debt);
        if (outcome == TakeOutcome.Denied) return Rejected(reason, bucket.SecondsUntil(take.Debt, cost), reading);
        ledger.Add(taken);
        return new RuleAnswer { Verdict = RuleVerdict.Passed, Reading = reading };
    }

    private RuleAnswer Use(
        PeriodBudget budget, in SlotIdentity identity, BudgetWindow window, ulong cost, DecisionReason reason, out ulong used, out TakenSlot taken)
    {
        var add = new CounterAdd(cost, budget.Quanta, _time.EndOfLife(window.End), _time.Units);
        TakeOutcome outcome = table.Apply(identity, ref add);
        (used, taken) = (add.Used, add.Taken);
        if (outcome == TakeOutcome.NoSlot) return new RuleAnswer { Verdict = RuleVerdict.NoSlot };
        LimitReading reading = LimitReading.Of(budget, used, window, _time);
        if (outcome == TakeOutcome.Denied) return Rejected(reason, _time.SecondsUntil(window.End), reading);
        ledger.Add(taken);
        return new RuleAnswer { Verdict = RuleVerdict.Passed, Reading = reading };
    }

    private static RuleAnswer Rejected(DecisionReason reason, int retrySeconds, in LimitReading reading) =>
        new() { Verdict = RuleVerdict.Rejected, Reason = reason, RetrySeconds = retrySeconds, Reading = reading };
}
