namespace Appliance.Limiter.Rules;

/// <summary>
/// `token_bucket_llm`: language model tokens per minute and day (part B section 2.3), all defaults applied. Absent caps are
/// <see cref="long.MaxValue"/>, so that comparing needs no question.
/// </summary>
internal sealed class LlmLimit() : Algorithm(AlgorithmKind.TokenBucketLlm)
{
    /// <summary>
    /// How long a response that used more than was reserved may keep its key waiting beyond an empty bucket, in time units: an hour. Without any,
    /// clients that understate what they ask for would never pay for it.
    /// </summary>
    public const ulong LongestOverdraft = 3600 * TimeUnits.PerSecond;

    /// <summary>tokens_per_minute / 60 a second, burst_tokens deep.</summary>
    public required TokenBucket PerMinute { get; init; }

    /// <summary>tokens_per_day, windows of UTC days; null: not limited.</summary>
    public required PeriodBudget? PerDay { get; init; }

    /// <summary>Prompt and completion together; more is rejected.</summary>
    public required long MaxTokensPerRequest { get; init; }

    /// <summary>More is rejected.</summary>
    public required long MaxPromptTokens { get; init; }

    /// <summary>A clamp of what a request reserves, and the end of a stream (<see cref="LlmStreaming.CompletionLimit"/>).</summary>
    public required long MaxCompletionTokens { get; init; }

    /// <summary>What a request that names no maximum reserves for its completion, before the clamp.</summary>
    public required long DefaultMaxCompletion { get; init; }

    public required TokenEstimator Estimator { get; init; }

    public required LlmStreaming Streaming { get; init; }

    /// <summary>Completion tokens to reserve.</summary>
    /// <param name="requested">The maximum that the request names; 0 or less: none.</param>
    public long CompletionFor(long requested) => Math.Min(requested > 0 ? requested : DefaultMaxCompletion, MaxCompletionTokens);
}
