namespace Appliance.Limiter.Llm;

/// <summary>
/// The usage members of all providers as far as they were reported. A stream reports several times; a later figure takes the place of the
/// earlier one (all of them are running totals), and what is not repeated stays.
/// </summary>
internal struct UsageFields
{
    /// <summary>prompt_tokens, input_tokens, promptTokenCount.</summary>
    public long? Input;

    /// <summary>completion_tokens, output_tokens, candidatesTokenCount.</summary>
    public long? Output;

    /// <summary>total_tokens, totalTokenCount, or usage as a bare number.</summary>
    public long? Total;

    /// <summary>cache_creation_input_tokens: Anthropic counts these beside input_tokens; OpenAI's and Gemini's cached tokens are inside.</summary>
    public long? CacheWritten;

    /// <summary>cache_read_input_tokens, likewise.</summary>
    public long? CacheRead;

    /// <summary>thoughtsTokenCount: Gemini counts thinking beside candidatesTokenCount.</summary>
    public long? Thoughts;

    /// <summary>toolUsePromptTokenCount, likewise beside promptTokenCount.</summary>
    public long? ToolPrompt;

    public readonly bool HasPrompt => Input is not null || CacheWritten is not null || CacheRead is not null;

    public readonly bool HasCompletion => Output is not null || Thoughts is not null;

    public readonly bool HasAny => HasPrompt || HasCompletion || Total is not null;

    public readonly LlmUsage ToUsage()
    {
        long prompt = (Input ?? 0) + (CacheWritten ?? 0) + (CacheRead ?? 0) + (ToolPrompt ?? 0);
        long completion = (Output ?? 0) + (Thoughts ?? 0);
        return new LlmUsage(prompt, completion, Total ?? prompt + completion);
    }
}
