using System.Collections.Immutable;

namespace Appliance.Limiter.Statistics;

/// <summary>Counts by mode, action and reason, with room for some counters more.</summary>
internal sealed class OutcomeCells(int lanes, int more)
{
    private const int Actions = 3;
    private const int Modes = 2;
    private const int Outcomes = Modes * Actions * DecisionReasonsCount;
    private const int DecisionReasonsCount = DecisionReasons.Count;

    private readonly LaneCells _cells = new(lanes, Outcomes + more);

    public void Count(int lane, bool shadow, DecisionAction action, DecisionReason reason) => _cells.Increment(lane, CellOf(shadow, action, reason));

    public void AddMore(int lane, int counter, long amount) => _cells.Add(lane, Outcomes + counter, amount);

    public void SetMore(int lane, int counter, long value) => _cells.Set(lane, Outcomes + counter, value);

    public long? LatestMore(int stamp, int counter) => _cells.Latest(Outcomes + stamp, Outcomes + counter);

    public long SumMore(int counter) => _cells.Sum(Outcomes + counter);

    public long Sum(bool shadow, DecisionAction action, DecisionReason reason) => _cells.Sum(CellOf(shadow, action, reason));

    public void AddTo(ImmutableArray<DecisionCount>.Builder decisions, string policy, string rule)
    {
        for (int mode = 0; mode < Modes; mode++)
        {
            for (var action = DecisionAction.Allow; action <= DecisionAction.Reject; action++)
            {
                for (DecisionReason reason = default; (int)reason < DecisionReasonsCount; reason++)
                {
                    if (Sum(mode == 1, action, reason) is > 0 and long count)
                        decisions.Add(new DecisionCount(NameOf(action), reason, policy, rule, mode == 1 ? "shadow" : "enforce", count));
                }
            }
        }
    }

    private static int CellOf(bool shadow, DecisionAction action, DecisionReason reason) =>
        ((shadow ? Actions : 0) + (int)action) * DecisionReasonsCount + (int)reason;

    private static string NameOf(DecisionAction action) => action switch
    {
        DecisionAction.Allow => "allow",
        DecisionAction.Throttle => "throttle",
        _ => "reject",
    };
}
