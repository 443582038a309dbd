namespace Appliance.Limiter;

/// <summary>
/// The answer of the policy engine. A value: it refers to nothing but the strings of the bundle that made it, and stays valid after
/// that bundle was replaced. The numbers are those of the rule that rejected, else of the tightest rule (least remaining share).
/// </summary>
public readonly record struct Decision
{
    /// <summary>True: the request may go on, at once or after <see cref="DelayMs"/>.</summary>
    public bool Allowed { get; init; }

    /// <summary>The same with the delay told apart.</summary>
    public DecisionAction Action => !Allowed ? DecisionAction.Reject : DelayMs > 0 ? DecisionAction.Throttle : DecisionAction.Allow;

    /// <summary>Milliseconds, 0 .. 30,000, that an allowed request waits before it goes on.</summary>
    public int DelayMs { get; init; }

    /// <summary>What an allowed client is told beside its answer.</summary>
    public DecisionWarning Warning { get; init; }

    /// <summary>What an allowed request holds until it is over; empty for most.</summary>
    public DecisionLease Lease { get; init; }

    /// <summary>Why; <see cref="DecisionReasons.Name"/> gives the name for headers, logs and metrics.</summary>
    public DecisionReason Reason { get; init; }

    /// <summary>Whose names its headers carry.</summary>
    public PolicyCompatibility Compatibility { get; init; }

    /// <summary>The policy of the rule whose numbers these are; null when no rule was evaluated.</summary>
    public string? PolicyId { get; init; }

    /// <summary>The rule whose numbers these are; null when no rule was evaluated.</summary>
    public string? RuleName { get; init; }

    /// <summary>True when <see cref="Limit"/>, <see cref="Remaining"/>, <see cref="ResetSeconds"/> and <see cref="WindowSeconds"/> mean something.</summary>
    public bool HasLimit { get; init; }

    /// <summary>A bucket's burst or a budget in whole tokens, or the requests that may be in flight.</summary>
    public long Limit { get; init; }

    /// <summary>What is left of it after this request; 0 on a reject, but for a budget what is left for smaller requests.</summary>
    public long Remaining { get; init; }

    /// <summary>
    /// Seconds, at least 1, without jitter: when allowed until the bucket is full again or the window is over, when rejected until this
    /// request could pass. Also set on rejects without numbers.
    /// </summary>
    public int ResetSeconds { get; init; }

    /// <summary>Seconds that a rejected client is asked to wait, with the jitter of its identity; 0 when allowed.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>Seconds, at least 1, in which an empty bucket fills, or the length of a budget's window: the `w` of RateLimit-Policy.</summary>
    public int WindowSeconds { get; init; }

    /// <summary>True when a shadow policy would have rejected; for debug sessions and logs, never for the client (policies.md A11).</summary>
    public bool WouldReject => ShadowPolicyId is not null;

    /// <summary>The first policy that would have rejected; null: none.</summary>
    public string? ShadowPolicyId { get; init; }

    /// <summary>Its rule, or `loop_detection` or `circuit_breaker`.</summary>
    public string? ShadowRuleName { get; init; }

    /// <summary>Its reason; means nothing unless <see cref="WouldReject"/>.</summary>
    public DecisionReason ShadowReason { get; init; }
}
