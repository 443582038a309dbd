namespace Appliance.Limiter.Llm;

/// <summary>What a request to a language model says of its cost.</summary>
/// <param name="Status">How the body was read.</param>
/// <param name="PromptTokens">Estimated tokens of the prompt, 0 to <see cref="TokenEstimate.Max"/>.</param>
/// <param name="CompletionCap">
/// The most tokens that the completion may have by the request's own words, rounded up; of several caps the largest, since which of them
/// holds is the provider's affair. 0 when there is none above 0: the rule's default applies. From a body that is not JSON or too
/// large, what was read up to there.
/// </param>
/// <param name="Stream">Whether the body asks for a stream. Gemini says it in the path instead.</param>
/// <param name="ModelHash">XXH64 of the model's name with seed 0; 0 when the name is unknown.</param>
public readonly record struct LlmRequestReading(LlmRequestStatus Status, long PromptTokens, long CompletionCap, bool Stream, ulong ModelHash);
