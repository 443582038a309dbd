namespace Appliance.Limiter;

/// <summary>
/// What the body of a request to a language model says of its cost. The caller reads the body only when
/// <see cref="PolicyEngine.NeedsBody"/> says that a rule wants it; else all is 0.
/// </summary>
/// <param name="PromptTokens">Estimated tokens of the prompt, 0 or more; 0 without a body.</param>
/// <param name="CompletionCap">The most tokens that the completion may have by the request's own words; 0 when it names none.</param>
/// <param name="BodyHash">Any hash of the body, for loop detection; 0 when it was not read.</param>
public readonly record struct LlmRequestNumbers(long PromptTokens, long CompletionCap, ulong BodyHash);
