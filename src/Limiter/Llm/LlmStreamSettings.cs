namespace Appliance.Limiter.Llm;

/// <summary>The `streaming` object of a rule (policies.md part B 2.5) with the limit that holds for the request.</summary>
/// <param name="Mode">What passing the limit leads to.</param>
/// <param name="Limit">Completion tokens that may pass: max_completion_tokens, <see cref="DefaultLimit"/> when the rule has none.</param>
/// <param name="BufferTokens">The limit is looked at whenever the count passes a multiple of this; less than 1 counts as 1.</param>
/// <param name="Action">How the stream ends when it is cut.</param>
/// <param name="IncludePartialUsage">Whether the last event tells the tokens so far.</param>
public readonly record struct LlmStreamSettings(
    LlmStreamMode Mode, long Limit, long BufferTokens, LlmLimitAction Action, bool IncludePartialUsage)
{
    /// <summary>Completion tokens when the rule has no max_completion_tokens.</summary>
    public const long DefaultLimit = 2048;

    /// <summary>Tokens between two looks at the limit when the rule does not say.</summary>
    public const long DefaultBufferTokens = 100;
}
