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

    /// <summary>Rejected: a kill switch names the request.</summary>
    KillSwitch,

    /// <summary>Rejected: more than the period's budget would be used.</summary>
    BudgetExceeded,

    /// <summary>Rejected: more than the tokens per minute.</summary>
    TpmExceeded,

    /// <summary>Rejected: more than the tokens per day.</summary>
    TpdExceeded,

    /// <summary>Rejected: the prompt alone is longer than the rule allows.</summary>
    PromptTokensExceeded,

    /// <summary>Rejected: prompt and completion together are more than one request may have.</summary>
    MaxTokensPerRequestExceeded,

    /// <summary>Rejected: as many requests as allowed are in flight.</summary>
    ConcurrencyExceeded,

    /// <summary>Rejected, delayed or allowed with a warning: the request repeats itself.</summary>
    LoopDetected,

    /// <summary>Rejected: the policy spends too fast.</summary>
    CircuitBreakerOpen,

    /// <summary>Allowed with a warning: a budget runs low.</summary>
    BudgetWarn,

    /// <summary>Allowed after a delay: a budget runs low.</summary>
    BudgetThrottle,

    /// <summary>Rejected by the proxy: it should be delayed, but max_delayed requests already wait.</summary>
    TooManyDelayed,

    /// <summary>Rejected: the token is no good, the policy looks at claims, and `policies.jwt.on_invalid` says reject.</summary>
    TokenInvalid,
}
