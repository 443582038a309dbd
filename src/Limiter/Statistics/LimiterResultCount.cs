namespace Appliance.Limiter;

/// <summary>What limiters of one algorithm said, each rule of each request that it was asked for, shadows among them.</summary>
/// <param name="Algorithm">As the bundle writes it.</param>
/// <param name="Allowed">How often it had enough left.</param>
/// <param name="Denied">How often it had not, or had no slot in a policy that is closed then.</param>
public sealed record LimiterResultCount(string Algorithm, long Allowed, long Denied);
