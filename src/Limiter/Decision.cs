namespace Appliance.Limiter;

/// <summary>
/// The answer of the policy engine. A value: it refers to nothing but the strings of the bundle that made it, and stays valid after
/// that bundle was replaced. The numbers are those of the rule that rejected, else of the tightest rule (least remaining share).
/// </summary>
public readonly struct Decision
{
    /// <summary>True: the request may go on.</summary>
    public bool Allowed { get; init; }

    /// <summary>Why; <see cref="DecisionReasons.Name"/> gives the name for headers, logs and metrics.</summary>
    public DecisionReason Reason { get; init; }

    /// <summary>The policy of the rule whose numbers these are; null when no rule was evaluated.</summary>
    public string? PolicyId { get; init; }

    /// <summary>The rule whose numbers these are; null when no rule was evaluated.</summary>
    public string? RuleName { get; init; }

    /// <summary>True when <see cref="Limit"/>, <see cref="Remaining"/>, <see cref="ResetSeconds"/> and <see cref="WindowSeconds"/> mean something.</summary>
    public bool HasLimit { get; init; }

    /// <summary>The bucket's burst in whole tokens.</summary>
    public long Limit { get; init; }

    /// <summary>Whole tokens left after this request; 0 on a reject.</summary>
    public long Remaining { get; init; }

    /// <summary>Seconds, at least 1: until the bucket is full again when allowed; until this request could pass when rejected, without jitter.</summary>
    public int ResetSeconds { get; init; }

    /// <summary>Seconds that a rejected client is asked to wait, with the jitter of its identity; 0 when allowed.</summary>
    public int RetryAfterSeconds { get; init; }

    /// <summary>Seconds, at least 1, in which an empty bucket fills: the `w` of RateLimit-Policy.</summary>
    public int WindowSeconds { get; init; }
}
