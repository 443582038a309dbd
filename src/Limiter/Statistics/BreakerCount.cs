namespace Appliance.Limiter;

/// <summary>How often the spend breaker of a policy opened, its shadow among them.</summary>
/// <param name="Policy">Policy id.</param>
/// <param name="Opened">How often.</param>
public sealed record BreakerCount(string Policy, long Opened);
