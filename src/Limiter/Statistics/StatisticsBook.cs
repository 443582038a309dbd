using System.Collections.Immutable;

namespace Appliance.Limiter.Statistics;

/// <summary>
/// All counters of an engine, by name. Bundles that come later find the counters of their namesakes here; entries are never removed,
/// so that totals only grow. Locked: used when a bundle is applied and when somebody reads, never by a decision.
/// </summary>
internal sealed class StatisticsBook(int lanes)
{
    private const int NoBundle = 0;
    private const int NoPolicy = 1;
    private const int NoRule = 2;

    private readonly Lock _lock = new();
    private readonly LaneCells _outcomes = new(lanes);
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
            if (!_misses.TryGetValue((policy, key), out LaneCells? cells)) _misses[(policy, key)] = cells = new LaneCells(lanes);
            return cells;
        }
    }

    public void CountNoBundle(int lane) => _outcomes.Increment(lane, NoBundle);

    public void CountNoPolicy(int lane) => _outcomes.Increment(lane, NoPolicy);

    /// <summary>Allowed without a rule whose numbers could be named.</summary>
    public void CountNoRule(int lane) => _outcomes.Increment(lane, NoRule);

    public PolicyStatistics Read()
    {
        var decisions = ImmutableArray.CreateBuilder<DecisionCount>();
        var full = ImmutableArray.CreateBuilder<TableFullCount>();
        var misses = ImmutableArray.CreateBuilder<DescriptorMissCount>();
        AddOutcome(decisions, "reject", DecisionReason.NoBundleLoaded, NoBundle);
        AddOutcome(decisions, "allow", DecisionReason.NoMatchingPolicy, NoPolicy);
        AddOutcome(decisions, "allow", DecisionReason.AllRulesPassed, NoRule);
        lock (_lock)
        {
            foreach (RuleCounters counters in _rules.Values) counters.AddTo(decisions, full);
            foreach (((string policy, string key), LaneCells cells) in _misses)
            {
                if (cells.Sum(0) is > 0 and long count) misses.Add(new DescriptorMissCount(key, policy, count));
            }
        }

        return new PolicyStatistics(decisions.ToImmutable(), misses.ToImmutable(), full.ToImmutable(), _outcomes.Sum(NoBundle));
    }

    private void AddOutcome(ImmutableArray<DecisionCount>.Builder decisions, string action, DecisionReason reason, int cell)
    {
        if (_outcomes.Sum(cell) is > 0 and long count) decisions.Add(new DecisionCount(action, reason, "", "", "enforce", count));
    }
}
