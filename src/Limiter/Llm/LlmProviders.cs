namespace Appliance.Limiter.Llm;

/// <summary>Knows a provider's interface by the path of the request.</summary>
public static class LlmProviders
{
    /// <summary>The format that a path stands for; <see cref="LlmProvider.Unknown"/> for any other path. Streams also tell by themselves.</summary>
    /// <param name="path">Without the query; any prefix before the interface's own path is fine.</param>
    public static LlmProvider OfPath(ReadOnlySpan<byte> path)
    {
        if (path.EndsWith("/completions"u8)) return LlmProvider.OpenAi;
        if (path.EndsWith("/messages"u8)) return LlmProvider.Anthropic;
        if (path.EndsWith("/responses"u8)) return LlmProvider.OpenAiResponses;
        return path.EndsWith(":generateContent"u8) || path.EndsWith(":streamGenerateContent"u8) ? LlmProvider.Gemini : LlmProvider.Unknown;
    }
}
