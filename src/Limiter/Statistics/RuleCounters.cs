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
    private const int LeftStamp = 6;
    private const int Left = 7;
    private const int TokensStamp = 8;
    private const int MinuteLeft = 9;
    private const int DayLeft = 10;
    private const int CounterCount = 11;

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

    /// <summary>What its limit has left now.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="stamp">Rising with time, at least 1.</param>
    /// <param name="left">Tokens or requests.</param>
    public void NoteLeft(int lane, long stamp, long left)
    {
        _cells.SetMore(lane, LeftStamp, stamp);
        _cells.SetMore(lane, Left, left);
    }

    /// <summary>The same of an LLM rule's two limits; a negative day: it has none.</summary>
    public void NoteTokensLeft(int lane, long stamp, long minute, long day)
    {
        _cells.SetMore(lane, TokensStamp, stamp);
        _cells.SetMore(lane, MinuteLeft, minute);
        _cells.SetMore(lane, DayLeft, day);
    }

    public void AddTo(
        ImmutableArray<DecisionCount>.Builder decisions, ImmutableArray<TableFullCount>.Builder full,
        ImmutableArray<LlmTokenCount>.Builder tokens, ImmutableArray<BreakerCount>.Builder breakers, ImmutableArray<LimitLeftCount>.Builder left)
    {
        if (_cells.LatestMore(LeftStamp, Left) is { } remaining) left.Add(new LimitLeftCount(policy, rule, remaining));
        _cells.AddTo(decisions, policy, rule);
        if (_cells.SumMore(TableFull) is > 0 and long count) full.Add(new TableFullCount(policy, rule, count));
        if (_cells.SumMore(Opened) is > 0 and long opened) breakers.Add(new BreakerCount(policy, opened));
        if (_cells.SumMore(ReservedTokens) is > 0 and long reserved)
        {
            tokens.Add(new LlmTokenCount(
                policy, rule, reserved, _cells.SumMore(EstimatedTokens), _cells.SumMore(ActualTokens), _cells.SumMore(UnusedTokens))
            {
                MinuteLeft = _cells.LatestMore(TokensStamp, MinuteLeft),
                DayLeft = _cells.LatestMore(TokensStamp, DayLeft) is >= 0 and var day ? day : null,
            });
        }
    }
}
