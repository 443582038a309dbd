namespace Appliance.Limiter.Evaluation;

/// <summary>What one rule says of one request.</summary>
internal enum RuleVerdict
{
    /// <summary>Not asked: `match` does not hold, or a key is missing and the rule skips such requests.</summary>
    NotApplied,
    Passed,

    /// <summary>Let through without being counted: no slot, and the policy is open then.</summary>
    PassedUncounted,
    Rejected,
}
