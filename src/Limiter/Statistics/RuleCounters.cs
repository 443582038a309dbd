using System.Collections.Immutable;

namespace Appliance.Limiter.Statistics;

/// <summary>What happened to one rule, by policy id and rule name; outlives the bundles that name it.</summary>
internal sealed class RuleCounters(string policy, string rule, int lanes)
{
    private const int TableFull = 0;
    private const int Opened = 1;
    private const int ReservedTokens = 2;
    private const int EstimatedTokens = 3;
    private const int ActualTokens = 4;
    private const int UnusedTokens = 5;
    private const int CounterCount = 6;

    private readonly OutcomeCells _cells = new(lanes, CounterCount);

    public string Policy => policy;

    public string Rule => rule;

    public void Count(int lane, bool shadow, DecisionAction action, DecisionReason reason) => _cells.Count(lane, shadow, action, reason);

    public void CountTableFull(int lane) => _cells.AddMore(lane, TableFull, 1);

    public void CountOpened(int lane) => _cells.AddMore(lane, Opened, 1);

    public void CountReserved(int lane, long tokens) => _cells.AddMore(lane, ReservedTokens, tokens);

    public void CountSettled(int lane, long estimated, long actual)
    {
        _cells.AddMore(lane, EstimatedTokens, estimated);
        _cells.AddMore(lane, ActualTokens, actual);
        _cells.AddMore(lane, UnusedTokens, Math.Max(estimated - actual, 0));
    }

    public void AddTo(
        ImmutableArray<DecisionCount>.Builder decisions, ImmutableArray<TableFullCount>.Builder full,
        ImmutableArray<LlmTokenCount>.Builder tokens, ImmutableArray<BreakerCount>.Builder breakers)
    {
        _cells.AddTo(decisions, policy, rule);
        if (_cells.SumMore(TableFull) is > 0 and long count) full.Add(new TableFullCount(policy, rule, count));
        if (_cells.SumMore(Opened) is > 0 and long opened) breakers.Add(new BreakerCount(policy, opened));
        if (_cells.SumMore(ReservedTokens) is > 0 and long reserved)
        {
            tokens.Add(new LlmTokenCount(
                policy, rule, reserved, _cells.SumMore(EstimatedTokens), _cells.SumMore(ActualTokens), _cells.SumMore(UnusedTokens)));
        }
    }
}
