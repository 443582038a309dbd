namespace Appliance.Limiter.Llm;

/// <summary>Tokens that a request used.</summary>
/// <param name="PromptTokens">What the model read, cached parts included.</param>
/// <param name="CompletionTokens">What it wrote, thinking included.</param>
/// <param name="TotalTokens">The sum, or what the provider says it is.</param>
public readonly record struct LlmUsage(long PromptTokens, long CompletionTokens, long TotalTokens);
