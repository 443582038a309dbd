using System.Collections.Immutable;

namespace Appliance.Limiter.Statistics;

/// <summary>What happened to one rule, by policy id and rule name; outlives the bundles that name it.</summary>
internal sealed class RuleCounters(string policy, string rule, int lanes)
{
    private const int EnforceAllowed = 0;
    private const int EnforceRejected = 1; // by reason: bucket, descriptor, table
    private const int ShadowAllowed = 4;
    private const int ShadowRejected = 5; // by reason: bucket, descriptor, table
    private const int TableFull = 8;

    private static readonly DecisionReason[] RejectReasons =
        [DecisionReason.TokenBucketExceeded, DecisionReason.DescriptorMissing, DecisionReason.TableFull];

    private readonly LaneCells _cells = new(lanes);

    public void CountAllowed(int lane, bool shadow) => _cells.Increment(lane, shadow ? ShadowAllowed : EnforceAllowed);

    public void CountRejected(int lane, bool shadow, DecisionReason reason) =>
        _cells.Increment(lane, (shadow ? ShadowRejected : EnforceRejected) + (reason - DecisionReason.TokenBucketExceeded));

    public void CountTableFull(int lane) => _cells.Increment(lane, TableFull);

    public void AddTo(ImmutableArray<DecisionCount>.Builder decisions, ImmutableArray<TableFullCount>.Builder full)
    {
        Add(decisions, "allow", DecisionReason.AllRulesPassed, "enforce", EnforceAllowed);
        Add(decisions, "allow", DecisionReason.AllRulesPassed, "shadow", ShadowAllowed);
        for (int i = 0; i < RejectReasons.Length; i++)
        {
            Add(decisions, "reject", RejectReasons[i], "enforce", EnforceRejected + i);
            Add(decisions, "reject", RejectReasons[i], "shadow", ShadowRejected + i);
        }

        if (_cells.Sum(TableFull) is > 0 and long count) full.Add(new TableFullCount(policy, rule, count));
    }

    private void Add(ImmutableArray<DecisionCount>.Builder decisions, string action, DecisionReason reason, string mode, int cell)
    {
        if (_cells.Sum(cell) is > 0 and long count) decisions.Add(new DecisionCount(action, reason, policy, rule, mode, count));
    }
}
