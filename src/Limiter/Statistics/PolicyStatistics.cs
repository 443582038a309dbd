using System.Collections.Immutable;

namespace Appliance.Limiter;

/// <summary>Totals since the engine was made. Rules that keep their policy and name keep their totals over a reload; removed ones stay listed.</summary>
/// <param name="Decisions">
/// Decisions by outcome. The rows with mode "enforce" add up to the number of calls; those with mode "shadow" are in addition, one per
/// shadow rule that was evaluated.
/// </param>
/// <param name="DescriptorMisses">Missing limit keys by key and policy.</param>
/// <param name="TableFull">How often a rule found no slot for its key.</param>
/// <param name="NoBundleLoaded">Calls that found no bundle; also part of <paramref name="Decisions"/>.</param>
public sealed record PolicyStatistics(
    ImmutableArray<DecisionCount> Decisions,
    ImmutableArray<DescriptorMissCount> DescriptorMisses,
    ImmutableArray<TableFullCount> TableFull,
    long NoBundleLoaded)
{
    /// <summary>Tokens by LLM rule.</summary>
    public ImmutableArray<LlmTokenCount> LlmTokens { get; init; } = [];

    /// <summary>Openings by policy with a spend breaker.</summary>
    public ImmutableArray<BreakerCount> Breakers { get; init; } = [];

    /// <summary>By policy, those that were never asked among them.</summary>
    public ImmutableArray<PolicyCount> Policies { get; init; } = [];

    /// <summary>By algorithm, those that were asked.</summary>
    public ImmutableArray<LimiterResultCount> LimiterResults { get; init; } = [];

    /// <summary>By rule, those whose limit has been read.</summary>
    public ImmutableArray<LimitLeftCount> LimitsLeft { get; init; } = [];

    /// <summary>Retry-After of rejects, in seconds.</summary>
    public HistogramCount RetryAfter { get; init; } = HistogramCount.Empty;

    /// <summary>Time of one evaluation in nanoseconds, as callers measured it: <see cref="PolicyEngine.CountDuration"/>.</summary>
    public HistogramCount Durations { get; init; } = HistogramCount.Empty;

    /// <summary>Decisions under an override.</summary>
    public OverrideCount Overrides { get; init; } = new(0, 0);

    /// <summary>Tokens that no cache knew.</summary>
    public TokenVerificationCount TokenVerifications { get; init; } = new(0, 0, 0);
}
