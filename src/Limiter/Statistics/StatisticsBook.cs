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
    private readonly SortedDictionary<string, PolicyCounters> _policies = [];
    private readonly SortedDictionary<string, LaneCells> _results = [];
    private readonly HistogramCells _retryAfter = new(lanes, [1, 5, 10, 30, 60, 300, 900, 3600]);
    private readonly HistogramCells _durations = new(lanes, [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 1_000_000, 10_000_000]);
    private readonly LaneCells _overrides = new(lanes, 2);

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

    public PolicyCounters PolicyOf(string policy)
    {
        lock (_lock)
        {
            if (!_policies.TryGetValue(policy, out PolicyCounters? counters)) _policies[policy] = counters = new PolicyCounters(policy, lanes);
            return counters;
        }
    }

    /// <summary>Cell 0 counts what limiters of an algorithm denied, cell 1 what they allowed.</summary>
    public LaneCells ResultsOf(string algorithm)
    {
        lock (_lock)
        {
            if (!_results.TryGetValue(algorithm, out LaneCells? cells)) _results[algorithm] = cells = new LaneCells(lanes, 2);
            return cells;
        }
    }

    public void CountRetryAfter(int lane, int seconds) => _retryAfter.Observe(lane, seconds);

    public void CountDuration(int lane, long nanoseconds) => _durations.Observe(lane, nanoseconds);

    /// <summary>A decision while every policy is in shadow mode.</summary>
    public void CountGlobalShadow(int lane) => _overrides.Increment(lane, 0);

    /// <summary>A decision while kill switches are not asked.</summary>
    public void CountKillSwitchOverride(int lane) => _overrides.Increment(lane, 1);

    /// <summary>For an answer that no rule gave.</summary>
    public void CountWithoutRule(int lane, DecisionAction action, DecisionReason reason) => _withoutRule.Count(lane, shadow: false, action, reason);

    public PolicyStatistics Read()
    {
        var decisions = ImmutableArray.CreateBuilder<DecisionCount>();
        var full = ImmutableArray.CreateBuilder<TableFullCount>();
        var misses = ImmutableArray.CreateBuilder<DescriptorMissCount>();
        var tokens = ImmutableArray.CreateBuilder<LlmTokenCount>();
        var breakers = ImmutableArray.CreateBuilder<BreakerCount>();
        var left = ImmutableArray.CreateBuilder<LimitLeftCount>();
        var policies = ImmutableArray.CreateBuilder<PolicyCount>();
        var results = ImmutableArray.CreateBuilder<LimiterResultCount>();
        _withoutRule.AddTo(decisions, "", "");
        lock (_lock)
        {
            foreach (RuleCounters counters in _rules.Values) counters.AddTo(decisions, full, tokens, breakers, left);
            foreach (((string policy, string key), LaneCells cells) in _misses)
            {
                if (cells.Sum(0) is > 0 and long count) misses.Add(new DescriptorMissCount(key, policy, count));
            }

            foreach (PolicyCounters counters in _policies.Values) policies.Add(counters.Read());
            foreach ((string algorithm, LaneCells cells) in _results) results.Add(new LimiterResultCount(algorithm, cells.Sum(1), cells.Sum(0)));
        }

        long noBundle = _withoutRule.Sum(shadow: false, DecisionAction.Reject, DecisionReason.NoBundleLoaded);
        return new PolicyStatistics(decisions.ToImmutable(), misses.ToImmutable(), full.ToImmutable(), noBundle)
        {
            LlmTokens = tokens.ToImmutable(),
            Breakers = breakers.ToImmutable(),
            Policies = policies.ToImmutable(),
            LimiterResults = results.ToImmutable(),
            LimitsLeft = left.ToImmutable(),
            RetryAfter = _retryAfter.Read(),
            Durations = _durations.Read(),
            Overrides = new OverrideCount(_overrides.Sum(0), _overrides.Sum(1)),
        };
    }
}
