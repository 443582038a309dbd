namespace Appliance.Limiter;

/// <summary>What an allowed client is warned of, as the value of X-Appliance-Warning.</summary>
public enum DecisionWarning
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>budget_warn: a budget runs low.</summary>
    BudgetWarn,

    /// <summary>budget_throttle: a budget runs low, and the request is delayed for it.</summary>
    BudgetThrottle,

    /// <summary>loop_warn: the request repeats itself.</summary>
    LoopWarn,

    /// <summary>loop_throttle: the request repeats itself, and is delayed for it.</summary>
    LoopThrottle,
}
