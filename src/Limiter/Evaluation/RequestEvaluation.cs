using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Appliance.Limiter.Rules;
using Appliance.Limiter.Statistics;
using Appliance.Limiter.Tokens;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// One request's way through the policies that select it, in the order of part B section 0. Everything it takes is noted, so that a reject
/// gives all of it back: a rejected request consumes nothing. Between taking and giving back others may see less than there is, never more.
/// </summary>
internal ref struct RequestEvaluation(LimiterTable table, LaneScratch scratch, EvaluationTime time, int lane, bool allShadow, bool rejectsInvalidTokens)
{
    private readonly EvaluationTime _time = time;
    private BoundRule? _tightest;
    private LimitReading _tightestReading;
    private RuleCounters? _effectCounters;
    private DecisionReason _effect;
    private DecisionWarning _warning;
    private int _delayMs;
    private string? _shadowPolicy;
    private string? _shadowRule;
    private DecisionReason _shadowReason;
    private Refusal _refusal;

    /// <summary>Why the last policy was not passed. A field: most requests pass, and should not clear it at every step.</summary>
    [UnscopedRef]
    public readonly ref readonly Refusal Refusal => ref _refusal;

    /// <summary>False when an enforced policy rejects; everything was given back then.</summary>
    public bool Passes<TRequest>(BoundPolicy bound, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        bound.Counters.CountEvaluated(lane);
        bool shadow = allShadow || bound.Policy.IsShadow;
        LedgerMark before = scratch.Ledger.Mark;
        if (Ask(bound, shadow, in request)) return true;
        if (!shadow)
        {
            scratch.Ledger.GiveBackTo(default, table, _time.Units);
            return false;
        }

        // A shadow policy undoes its own takes and steps aside; the policies behind it are asked as if it were not there.
        scratch.Ledger.GiveBackTo(before, table, _time.Units);
        if (_shadowPolicy is null) (_shadowPolicy, _shadowRule, _shadowReason) = (_refusal.PolicyId, _refusal.RuleName, _refusal.Reason);
        return true;
    }

    /// <summary>False when the request should wait and no more may: everything was given back then.</summary>
    /// <param name="waiting">Takes the request, if it waits; null: whoever asks does not care how many wait.</param>
    public bool MayWait(DelayedRequests? waiting)
    {
        if (_delayMs == 0 || waiting is null || waiting.TryEnter()) return true;
        scratch.Ledger.GiveBackTo(default, table, _time.Units);
        _effectCounters!.Count(lane, shadow: false, DecisionAction.Reject, DecisionReason.TooManyDelayed);
        _refusal = new Refusal { PolicyId = _effectCounters.Policy, RuleName = _effectCounters.Rule, Reason = DecisionReason.TooManyDelayed, RetrySeconds = 1 };
        return false;
    }

    /// <summary>The answer when every policy let the request pass; counts it.</summary>
    public readonly Decision Allow(DecisionLease lease, StatisticsBook book, PolicyCompatibility compatibility)
    {
        DecisionReason reason = _effectCounters is null ? DecisionReason.AllRulesPassed : _effect;
        DecisionAction action = _delayMs > 0 ? DecisionAction.Throttle : DecisionAction.Allow;
        if ((_effectCounters ?? _tightest?.Counters) is { } counters) counters.Count(lane, shadow: false, action, reason);
        else book.CountWithoutRule(lane, action, reason);
        bool known = _tightest is not null;
        long remaining = known ? _tightestReading.Remaining : 0;
        _tightest?.Counters.NoteLeft(lane, _time.Stamp, remaining);
        return new Decision
        {
            Allowed = true,
            Reason = reason,
            DelayMs = _delayMs,
            Warning = _warning,
            Compatibility = compatibility,
            Lease = lease,
            PolicyId = _tightest?.PolicyId,
            RuleName = _tightest?.Rule.Name,
            HasLimit = known,
            Limit = known ? _tightestReading.Limit : 0,
            Remaining = remaining,
            ResetSeconds = known ? _tightestReading.ResetSeconds : 0,
            WindowSeconds = known ? _tightestReading.WindowSeconds : 0,
            ShadowPolicyId = _shadowPolicy,
            ShadowRuleName = _shadowRule,
            ShadowReason = _shadowReason,
        };
    }

    /// <summary>What shadow policies found, for a request that another policy rejects.</summary>
    public readonly Decision WithShadow(in Decision decision) =>
        decision with { ShadowPolicyId = _shadowPolicy, ShadowRuleName = _shadowRule, ShadowReason = _shadowReason };

    private bool Ask<TRequest>(BoundPolicy bound, bool shadow, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (rejectsInvalidTokens && bound.Claim is { } claim && !PassesToken(bound, claim, shadow, in request)) return false;
        if (bound.Policy.Loop is { } loop && !PassesLoop(bound, loop, shadow, in request)) return false;
        if (bound.Policy.Breaker is not null && !PassesBreaker(bound, shadow, in request)) return false;
        int planned = Plan(bound, shadow, in request);
        for (int i = 0; i < planned; i++)
        {
            if (!PassesRule(bound, scratch.Planned[i], shadow, in request)) return false;
        }

        return true;
    }

    private bool PassesToken<TRequest>(BoundPolicy bound, LimitKey claim, bool shadow, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (!claim.TryGetValue(in request, out ReadOnlySpan<byte> value) || !value.SequenceEqual(TokenClaims.Sentinel)) return true;
        bound.TokenCounters!.Count(lane, shadow, DecisionAction.Reject, DecisionReason.TokenInvalid);
        _refusal = new Refusal { PolicyId = bound.Policy.Id, RuleName = BoundPolicy.TokenName, Reason = DecisionReason.TokenInvalid };
        return false;
    }

    private bool PassesLoop<TRequest>(BoundPolicy bound, LoopDetection loop, bool shadow, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        ulong count = LoopCheck.Count(table, bound, _time, shadow, in request);
        if (count < (ulong)loop.Threshold) return true;
        bound.Counters.CountLoop(lane);
        if (loop.Action == LoopAction.Reject)
        {
            bound.LoopCounters!.Count(lane, shadow, DecisionAction.Reject, DecisionReason.LoopDetected);
            _refusal = new Refusal
            {
                PolicyId = bound.Policy.Id,
                RuleName = BoundPolicy.LoopName,
                Reason = DecisionReason.LoopDetected,
                RetrySeconds = loop.WindowSeconds,
            };
            return false;
        }

        // The reference lets such a request pass every limiter; here it is only slowed down or told, and goes on to them.
        int delayMs = loop.Action == LoopAction.Throttle ? LoopCheck.DelayMs(count) : 0;
        if (shadow) bound.LoopCounters!.Count(lane, shadow, delayMs > 0 ? DecisionAction.Throttle : DecisionAction.Allow, DecisionReason.LoopDetected);
        else Remember(bound.LoopCounters!, DecisionReason.LoopDetected, delayMs > 0 ? DecisionWarning.LoopThrottle : DecisionWarning.LoopWarn, delayMs);
        return true;
    }

    private bool PassesBreaker<TRequest>(BoundPolicy bound, bool shadow, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        var breaker = new BreakerCheck(table, scratch.Ledger, _time);
        if (breaker.Passes(bound, shadow, in request, lane, out int retrySeconds)) return true;
        bound.BreakerCounters!.Count(lane, shadow, DecisionAction.Reject, DecisionReason.CircuitBreakerOpen);
        // A shadow's breaker stops nobody, and is not shown as open.
        if (!shadow) bound.Counters.NoteOpen(lane, bound.Policy.Breaker!.AutoResetSeconds == 0 ? long.MaxValue : _time.UnixMs + retrySeconds * 1000L);
        _refusal = new Refusal
        {
            PolicyId = bound.Policy.Id,
            RuleName = BoundPolicy.BreakerName,
            Reason = DecisionReason.CircuitBreakerOpen,
            RetrySeconds = retrySeconds,
        };
        return false;
    }

    /// <summary>The rules that apply, their keys, and their lines asked for.</summary>
    private readonly int Plan<TRequest>(BoundPolicy bound, bool shadow, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        int planned = 0;
        bool applied = false;
        foreach (BoundRule rule in bound.Rules)
        {
            if (!rule.Rule.AppliesTo(in request)) continue;
            applied = true;
            if (TryPlan(rule, shadow, in request, ref scratch.Planned[planned])) planned++;
        }

        if (!applied && bound.Fallback is { } fallback && TryPlan(fallback, shadow, in request, ref scratch.Planned[0])) planned = 1;
        return planned;
    }

    /// <summary>False when a limit key is missing and the rule skips such requests.</summary>
    [SkipLocalsInit]
    private readonly bool TryPlan<TRequest>(BoundRule rule, bool shadow, scoped ref readonly TRequest request, ref PlannedRule planned)
        where TRequest : struct, IRequestView, allows ref struct
    {
        var parts = new KeyBuffer(stackalloc byte[KeyBuffer.Size]);
        Algorithm algorithm = rule.Rule.Algorithm;
        bool missing = false;
        LimitKey[] keys = rule.Rule.LimitKeys;
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i].Kind == LimitKeyKind.ClientAddress)
            {
                ClientAddress client = request.Client;
                parts.Add(client);
                if (i == 0) algorithm = rule.Rule.AlgorithmFor(client);
                continue;
            }

            if (!keys[i].TryGetValue(in request, out ReadOnlySpan<byte> value))
            {
                rule.Misses[i].Increment(lane, 0);
                missing = true;
                value = default;
            }

            parts.Add(value, table.HashSeed);
            if (i == 0) algorithm = rule.Rule.AlgorithmFor(value);
        }

        planned.Rule = rule;
        planned.LacksKey = missing && rule.Rule.OnMissing == MissingKeyAction.Reject;
        if (missing && rule.Rule.OnMissing != MissingKeyAction.Shared) return planned.LacksKey;
        planned.Algorithm = algorithm;
        planned.Identity = rule.Seeds.For(shadow).Identify(parts.Written);
        planned.IsShadow = shadow;
        if (algorithm is CostBudget cost) planned.Identity = BudgetKey.Of(planned.Identity, cost.Budget, cost.Budget.WindowAt(_time.UnixSeconds));
        table.Prefetch(planned.Identity.High);
        return true;
    }

    private bool PassesRule<TRequest>(BoundPolicy bound, in PlannedRule planned, bool shadow, scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        BoundRule rule = planned.Rule;
        RuleAnswer answer = planned.LacksKey
            ? new RuleAnswer { Verdict = RuleVerdict.Rejected, Reason = DecisionReason.DescriptorMissing, RetrySeconds = 1 }
            : new RuleLimits(table, scratch.Ledger, _time).Ask(in planned, in request, lane);
        if (answer.Verdict == RuleVerdict.NoSlot)
        {
            rule.Counters.CountTableFull(lane);
            answer.Reason = DecisionReason.TableFull;
            answer.RetrySeconds = 1;
        }

        bool rejects = answer.Verdict == RuleVerdict.Rejected || answer.Verdict == RuleVerdict.NoSlot && bound.Policy.IsClosedWhenTableFull;
        if (!planned.LacksKey) rule.Results.Increment(lane, rejects ? 0 : 1);
        if (rejects)
        {
            if (!shadow && answer.Reading.IsKnown) rule.Counters.NoteLeft(lane, _time.Stamp, answer.Reading.RemainingWhenRejected);
            rule.Counters.Count(lane, shadow, DecisionAction.Reject, answer.Reason);
            _refusal = new Refusal
            {
                PolicyId = rule.PolicyId,
                RuleName = rule.Rule.Name,
                Reason = answer.Reason,
                RetrySeconds = answer.RetrySeconds,
                Reading = answer.Reading,
            };
            return false;
        }

        if (shadow) CountShadow(rule, answer.Stage);
        else if (answer.Verdict == RuleVerdict.Passed) Note(rule, in answer);
        return true;
    }

    private readonly void CountShadow(BoundRule rule, BudgetStage? stage)
    {
        DecisionAction action = stage is { IsThrottle: true } ? DecisionAction.Throttle : DecisionAction.Allow;
        rule.Counters.Count(lane, shadow: true, action, stage is null ? DecisionReason.AllRulesPassed : ReasonOf(stage));
    }

    private void Note(BoundRule rule, in RuleAnswer answer)
    {
        if (answer.Stage is { } stage)
            Remember(rule.Counters, ReasonOf(stage), stage.IsThrottle ? DecisionWarning.BudgetThrottle : DecisionWarning.BudgetWarn, stage.DelayMs);
        if (_tightest is not null && answer.Reading.Share >= _tightestReading.Share) return;
        _tightest = rule;
        _tightestReading = answer.Reading;
    }

    /// <summary>A later delay replaces an earlier one and any warning; a warning counts only as the first.</summary>
    private void Remember(RuleCounters counters, DecisionReason reason, DecisionWarning warning, int delayMs)
    {
        if (delayMs == 0 && _effectCounters is not null) return;
        (_effectCounters, _effect, _warning, _delayMs) = (counters, reason, warning, delayMs);
    }

    private static DecisionReason ReasonOf(BudgetStage stage) => stage.IsThrottle ? DecisionReason.BudgetThrottle : DecisionReason.BudgetWarn;
}
