namespace Appliance.Limiter.Rules;

/// <summary>What happens to requests that pass while a budget runs low.</summary>
/// <param name="FromQuanta">The least use, this request included, at which the stage holds.</param>
/// <param name="IsThrottle">Delayed; else only warned.</param>
/// <param name="DelayMs">0 for a warning; 1 .. 30,000.</param>
internal sealed record BudgetStage(ulong FromQuanta, bool IsThrottle, int DelayMs);
