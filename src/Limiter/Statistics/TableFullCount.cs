namespace Appliance.Limiter;

/// <summary>How often a rule found no slot for its key, whatever its policy says about that.</summary>
/// <param name="Policy">Policy id.</param>
/// <param name="Rule">Rule name.</param>
/// <param name="Count">How often.</param>
public sealed record TableFullCount(string Policy, string Rule, long Count);
