using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>A policy with its rules bound to an engine.</summary>
internal sealed record BoundPolicy(Policy Policy, BoundRule[] Rules);
