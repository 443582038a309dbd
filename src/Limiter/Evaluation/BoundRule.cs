using Appliance.Limiter.Rules;
using Appliance.Limiter.Statistics;

namespace Appliance.Limiter.Evaluation;

/// <summary>A rule bound to an engine: its key prefix hashed under the table's seed, its counters.</summary>
internal sealed class BoundRule
{
    private const string FallbackMark = "fallback:";

    public BoundRule(Policy policy, PolicyRule rule, ulong hashSeed, StatisticsBook book, bool isFallback)
    {
        PolicyId = policy.Id;
        Rule = rule;
        Counters = book.RuleOf(policy.Id, rule.Name);
        Misses = [.. rule.LimitKeys.Select(key => book.MissesOf(policy.Id, key.Text))];
        Results = book.ResultsOf(rule.Algorithm.Name);
        Seeds = new LimiterSeeds(hashSeed, policy.Id, rule.Name, (isFallback ? FallbackMark : "") + rule.Algorithm.Name);
    }

    public string PolicyId { get; }

    public PolicyRule Rule { get; }

    public RuleCounters Counters { get; }

    /// <summary>By position in the rule's limit keys; cell 0 of each.</summary>
    public LaneCells[] Misses { get; }

    /// <summary>Of its algorithm: cell 0 counts what was denied, cell 1 what was allowed.</summary>
    public LaneCells Results { get; }

    public LimiterSeeds Seeds { get; }

    public bool IsLlm => Rule.Algorithm.Kind == AlgorithmKind.TokenBucketLlm;
}
