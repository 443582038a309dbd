namespace Appliance.Limiter.Rules;

/// <summary>`circuit_breaker` of a policy, when it is enabled: stops all of it when too much is spent in a minute (part B sections 1.10 and 2.8).</summary>
internal sealed class SpendBreaker
{
    /// <summary>spend_rate_threshold_per_minute: what a sliding minute may not reach. Its period has no meaning here.</summary>
    public required PeriodBudget Threshold { get; init; }

    /// <summary>
    /// What a request spends, in quanta of <see cref="Threshold"/>: the cost of the policy's first rule; for an LLM rule 1, which its
    /// reservation replaces, see <see cref="CountsLlmTokens"/>.
    /// </summary>
    public required CostSource Cost { get; init; }

    /// <summary>The first rule is an LLM rule: a request spends the completion tokens it asks for.</summary>
    public required bool CountsLlmTokens { get; init; }

    /// <summary>The first limit key of the first rule that has one: each of its values has a breaker of its own. Null: one for the policy.</summary>
    public required LimitKey? Key { get; init; }

    /// <summary>Seconds until an open breaker closes; 0: never.</summary>
    public required long AutoResetSeconds { get; init; }

    /// <summary>An opening is worth an alert.</summary>
    public required bool IsAlerting { get; init; }
}
