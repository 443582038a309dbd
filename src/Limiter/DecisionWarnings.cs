namespace Appliance.Limiter;

/// <summary>The public names of <see cref="DecisionWarning"/>.</summary>
public static class DecisionWarnings
{
    /// <summary>The snake_case name in ASCII; empty for none. Constant memory, allocates nothing.</summary>
    public static ReadOnlySpan<byte> Utf8Name(DecisionWarning warning) => warning switch
    {
        DecisionWarning.BudgetWarn => "budget_warn"u8,
        DecisionWarning.BudgetThrottle => "budget_throttle"u8,
        DecisionWarning.LoopWarn => "loop_warn"u8,
        DecisionWarning.LoopThrottle => "loop_throttle"u8,
        _ => default,
    };
}
