using System.Collections.Immutable;

namespace Appliance.Limiter.Statistics;

/// <summary>
/// All counters of an engine, by name. Bundles that come later find the counters of their namesakes here; entries are never removed,
/// so that totals only grow. Locked: used when a bundle is applied and when somebody reads, never by a decision.
/// </summary>
internal sealed class StatisticsBook(int lanes)
{
    private readonly Lock _lock = new();
    private readonly OutcomeCells _withoutRule = new(lanes, 0);
    private readonly SortedDictionary<(string Policy, string Rule), RuleCounters> _rules = [];
    private readonly SortedDictionary<(string Policy, string Key), LaneCells> _misses = [];

    public RuleCounters RuleOf(string policy, string rule)
    {
        lock (_lock)
        {
            if (!_rules.TryGetValue((policy, rule), out RuleCounters? counters))
                _rules[(policy, rule)] = counters = new RuleCounters(policy, rule, lanes);
            return counters;
        }
    }

    /// <summary>Cell 0 counts the misses of a limit key in a policy.</summary>
    public LaneCells MissesOf(string policy, string key)
    {
        lock (_lock)
        {
            if (!_misses.TryGetValue((policy, key), out LaneCells? cells)) _misses[(policy, key)] = cells = new LaneCells(lanes, 1);
            return cells;
        }
    }

    /// <summary>For an answer that no rule gave.</summary>
    public void CountWithoutRule(int lane, DecisionAction action, DecisionReason reason) => _withoutRule.Count(lane, shadow: false, action, reason);

    public PolicyStatistics Read()
    {
        var decisions = ImmutableArray.CreateBuilder<DecisionCount>();
        var full = ImmutableArray.CreateBuilder<TableFullCount>();
        var misses = ImmutableArray.CreateBuilder<DescriptorMissCount>();
        var tokens = ImmutableArray.CreateBuilder<LlmTokenCount>();
        var breakers = ImmutableArray.CreateBuilder<BreakerCount>();
        _withoutRule.AddTo(decisions, "", "");
        lock (_lock)
        {
            foreach (RuleCounters counters in _rules.Values) counters.AddTo(decisions, full, tokens, breakers);
            foreach (((string policy, string key), LaneCells cells) in _misses)
            {
                if (cells.Sum(0) is > 0 and long count) misses.Add(new DescriptorMissCount(key, policy, count));
            }
        }

        long noBundle = _withoutRule.Sum(shadow: false, DecisionAction.Reject, DecisionReason.NoBundleLoaded);
        return new PolicyStatistics(decisions.ToImmutable(), misses.ToImmutable(), full.ToImmutable(), noBundle)
        {
            LlmTokens = tokens.ToImmutable(),
            Breakers = breakers.ToImmutable(),
        };
    }
}
