namespace Appliance.Limiter.Evaluation;

/// <summary>What one rule says of one request.</summary>
internal enum RuleVerdict
{
    Passed,

    /// <summary>No slot could be had for the key: the policy says what that means.</summary>
    NoSlot,
    Rejected,
}
