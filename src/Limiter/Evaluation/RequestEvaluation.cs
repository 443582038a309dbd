using System.Runtime.CompilerServices;
using Appliance.Limiter.Hashing;
using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// One request's way through the policies that select it. Everything it takes is noted, so that a reject gives all of it back: a
/// rejected request consumes nothing. Between taking and giving back others may see less than there is, never more.
/// </summary>
internal ref struct RequestEvaluation(LimiterTable table, LaneScratch scratch, ulong now, int lane)
{
    private int _takenCount;
    private BoundRule? _tightest;
    private ulong _tightestDebt;
    private double _tightestShare = double.PositiveInfinity;

    public readonly BoundRule? Tightest => _tightest;

    /// <summary>False when an enforced rule rejects: <paramref name="rejection"/> says how, and everything was given back.</summary>
    public bool Passes<TRequest>(BoundPolicy bound, scoped ref readonly TRequest request, out Decision rejection)
        where TRequest : struct, IRequestView, allows ref struct
    {
        rejection = default;
        Policy policy = bound.Policy;
        int takenBefore = _takenCount;
        foreach (BoundRule rule in bound.Rules)
        {
            if (!rule.Rule.AppliesTo(in request)) continue;
            RuleVerdict verdict = Ask(rule, policy, in request, out ulong debt, out ulong cost, out DecisionReason reason);
            if (verdict == RuleVerdict.Rejected)
            {
                rule.Counters.CountRejected(lane, policy.IsShadow, reason);
                // A shadow policy undoes its own takes and steps aside.
                GiveBackTo(policy.IsShadow ? takenBefore : 0);
                if (policy.IsShadow) return true;
                rejection = Rejection(rule, in request, debt, cost, reason);
                return false;
            }

            if (policy.IsShadow && verdict != RuleVerdict.NotApplied) rule.Counters.CountAllowed(lane, shadow: true);
            else if (verdict == RuleVerdict.Passed) Compare(rule, debt);
        }

        return true;
    }

    /// <summary>The answer when every policy let the request pass.</summary>
    public readonly Decision Allowance()
    {
        if (_tightest is null) return new Decision { Allowed = true, Reason = DecisionReason.AllRulesPassed };
        TokenBucket bucket = _tightest.Rule.Bucket;
        return new Decision
        {
            Allowed = true,
            Reason = DecisionReason.AllRulesPassed,
            PolicyId = _tightest.PolicyId,
            RuleName = _tightest.Rule.Name,
            HasLimit = true,
            Limit = bucket.Limit,
            Remaining = bucket.RemainingAt(_tightestDebt),
            ResetSeconds = TimeUnits.ToSecondsAtLeastOne(_tightestDebt),
            WindowSeconds = bucket.WindowSeconds,
        };
    }

    private RuleVerdict Ask<TRequest>(
        BoundRule rule, Policy policy, scoped ref readonly TRequest request, out ulong debt, out ulong cost, out DecisionReason reason)
        where TRequest : struct, IRequestView, allows ref struct
    {
        debt = 0;
        cost = 0;
        reason = DecisionReason.DescriptorMissing;
        if (!TryIdentify(rule, in request, out SlotIdentity identity))
            return rule.Rule.OnMissing == MissingKeyAction.Reject ? RuleVerdict.Rejected : RuleVerdict.NotApplied;

        cost = rule.Rule.Cost.UnitsFor(in request);
        TakeOutcome outcome = table.Take(identity, rule.Rule.Bucket, cost, now, out debt, out TakenSlot taken);
        if (outcome == TakeOutcome.Taken)
        {
            scratch.Taken[_takenCount++] = taken;
            return RuleVerdict.Passed;
        }

        reason = outcome == TakeOutcome.Denied ? DecisionReason.TokenBucketExceeded : DecisionReason.TableFull;
        if (outcome == TakeOutcome.Denied) return RuleVerdict.Rejected;
        rule.Counters.CountTableFull(lane);
        return policy.IsClosedWhenTableFull ? RuleVerdict.Rejected : RuleVerdict.PassedUncounted;
    }

    /// <summary>False when a limit key is missing and the rule does not share one bucket among such requests.</summary>
    [SkipLocalsInit]
    private readonly bool TryIdentify<TRequest>(BoundRule rule, scoped ref readonly TRequest request, out SlotIdentity identity)
        where TRequest : struct, IRequestView, allows ref struct
    {
        identity = default;
        var parts = new KeyBuffer(stackalloc byte[KeyBuffer.Size]);
        bool missing = false;
        LimitKey[] keys = rule.Rule.LimitKeys;
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i].Kind == LimitKeyKind.ClientAddress)
            {
                parts.Add(request.Client);
                continue;
            }

            if (!keys[i].TryGetHeaderValue(in request, out ReadOnlySpan<byte> value))
            {
                rule.Misses[i].Increment(lane, 0);
                missing = true;
            }

            parts.Add(value, table.HashSeed);
        }

        if (missing && rule.Rule.OnMissing != MissingKeyAction.Shared) return false;
        ulong high = rule.HighOf(parts.Written);
        table.Prefetch(high);
        identity = new SlotIdentity(high, XxHash64.DigestOf(parts.Written, rule.PrefixLow));
        return true;
    }

    private void Compare(BoundRule rule, ulong debt)
    {
        double share = 1 - (double)debt / rule.Rule.Bucket.BurstUnits;
        if (share >= _tightestShare) return;
        _tightestShare = share;
        _tightest = rule;
        _tightestDebt = debt;
    }

    private void GiveBackTo(int count)
    {
        while (_takenCount > count) table.GiveBack(scratch.Taken[--_takenCount], now);
    }

    private static Decision Rejection<TRequest>(
        BoundRule rule, scoped ref readonly TRequest request, ulong debt, ulong cost, DecisionReason reason)
        where TRequest : struct, IRequestView, allows ref struct
    {
        TokenBucket bucket = rule.Rule.Bucket;
        bool exceeded = reason == DecisionReason.TokenBucketExceeded;
        int baseSeconds = exceeded ? bucket.SecondsUntil(debt, cost) : 1;
        return new Decision
        {
            Reason = reason,
            PolicyId = rule.PolicyId,
            RuleName = rule.Rule.Name,
            HasLimit = exceeded,
            Limit = exceeded ? bucket.Limit : 0,
            ResetSeconds = baseSeconds,
            RetryAfterSeconds = RetryJitter.Apply(baseSeconds, rule.PolicyId, rule.Rule.Name, reason, request.Client, request.Path),
            WindowSeconds = exceeded ? bucket.WindowSeconds : 0,
        };
    }
}
