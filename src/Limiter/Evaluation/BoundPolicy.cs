using Appliance.Limiter.Rules;
using Appliance.Limiter.Statistics;

namespace Appliance.Limiter.Evaluation;

/// <summary>A policy with everything that counts bound to an engine.</summary>
internal sealed class BoundPolicy
{
    public const string LoopName = "loop_detection";
    public const string BreakerName = "circuit_breaker";
    public const string TokenName = "jwt";

    public BoundPolicy(Policy policy, ulong hashSeed, StatisticsBook book)
    {
        Policy = policy;
        Counters = book.PolicyOf(policy.Id);
        Counters.SetBreaker(policy.Breaker is not null);
        Rules = [.. policy.Rules.Select(rule => new BoundRule(policy, rule, hashSeed, book, isFallback: false))];
        Fallback = policy.Fallback is { } fallback ? new BoundRule(policy, fallback, hashSeed, book, isFallback: true) : null;
        if (policy.Descriptors.FirstOrDefault(key => key.Kind == LimitKeyKind.JwtClaim) is { } claim)
        {
            Claim = claim;
            TokenCounters = book.RuleOf(policy.Id, TokenName);
        }

        if (policy.Loop is not null)
        {
            LoopSeeds = new LimiterSeeds(hashSeed, policy.Id, "", LoopName);
            LoopCounters = book.RuleOf(policy.Id, LoopName);
        }

        if (policy.Breaker is not null)
        {
            MinuteSeeds = new LimiterSeeds(hashSeed, policy.Id, "", BreakerName + ":minute");
            OpenSeeds = new LimiterSeeds(hashSeed, policy.Id, "", BreakerName + ":open");
            BreakerCounters = book.RuleOf(policy.Id, BreakerName);
        }

        ReadsBodies = policy.Loop is not null || policy.Breaker is { CountsLlmTokens: true };
        ReadsBodies &= Rules.Any(rule => rule.IsLlm) || Fallback is { IsLlm: true };
    }

    public Policy Policy { get; }

    public PolicyCounters Counters { get; }

    public BoundRule[] Rules { get; }

    public BoundRule? Fallback { get; }

    /// <summary>One of the claims that the policy looks at; null: it looks at none. All of a bad token read alike. So with its counters.</summary>
    public LimitKey? Claim { get; }

    public RuleCounters? TokenCounters { get; }

    /// <summary>Not null when the policy detects loops; so with its counters.</summary>
    public LimiterSeeds? LoopSeeds { get; }

    public RuleCounters? LoopCounters { get; }

    /// <summary>Not null when the policy has a breaker: what a minute spent; so with the two that follow.</summary>
    public LimiterSeeds? MinuteSeeds { get; }

    /// <summary>When it opened.</summary>
    public LimiterSeeds? OpenSeeds { get; }

    public RuleCounters? BreakerCounters { get; }

    /// <summary>The policy limits language models, and more than the rule that does so looks at the body.</summary>
    public bool ReadsBodies { get; }

    /// <summary>True when evaluating this request would look at the numbers of its body.</summary>
    public bool WantsBody<TRequest>(scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (ReadsBodies) return true;
        bool applied = false;
        foreach (BoundRule rule in Rules)
        {
            if (!rule.Rule.AppliesTo(in request)) continue;
            if (rule.IsLlm) return true;
            applied = true;
        }

        return !applied && Fallback is { IsLlm: true };
    }
}
