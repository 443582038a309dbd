namespace Appliance.Limiter;

/// <summary>One series of decisions.</summary>
/// <param name="Action">"allow", "throttle" or "reject".</param>
/// <param name="Reason">Why.</param>
/// <param name="Policy">Policy id; empty when no rule was evaluated.</param>
/// <param name="Rule">Rule name, or `loop_detection` or `circuit_breaker`; empty when no rule was evaluated.</param>
/// <param name="Mode">"enforce" or "shadow".</param>
/// <param name="Count">How often.</param>
public sealed record DecisionCount(string Action, DecisionReason Reason, string Policy, string Rule, string Mode, long Count);
