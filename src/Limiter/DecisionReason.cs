namespace Appliance.Limiter;

/// <summary>Why a decision was taken. The numbers are not stored anywhere; the names are a contract (<see cref="DecisionReasons"/>).</summary>
public enum DecisionReason
{
    /// <summary>No bundle was applied yet. Not allowed; the listener's on_policy_failure decides what that means.</summary>
    NoBundleLoaded,

    /// <summary>Allowed: no policy selects this request.</summary>
    NoMatchingPolicy,

    /// <summary>Allowed: every rule that applied had enough left.</summary>
    AllRulesPassed,

    /// <summary>Rejected: a token bucket holds less than the request costs.</summary>
    TokenBucketExceeded,

    /// <summary>Rejected: a limit key is missing and the rule says `on_missing: reject`.</summary>
    DescriptorMissing,

    /// <summary>Rejected: no slot could be had for the key and the policy says `on_table_full: closed`.</summary>
    TableFull,
}
