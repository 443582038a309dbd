namespace Appliance.Limiter;

/// <summary>What a rule's limit had left after the latest request that it was the tightest of, or that it rejected; of whichever key that was.</summary>
/// <param name="Policy">Policy id.</param>
/// <param name="Rule">Rule name.</param>
/// <param name="Left">Tokens or requests.</param>
public sealed record LimitLeftCount(string Policy, string Rule, long Left);
