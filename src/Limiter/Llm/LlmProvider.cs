namespace Appliance.Limiter.Llm;

/// <summary>Whose format a request or a stream has.</summary>
public enum LlmProvider : byte
{
    /// <summary>Not known yet; answers take OpenAI's shape, which most others have taken over.</summary>
    Unknown,

    /// <summary>Chat completions and completions of OpenAI and of the many who offer the same interface.</summary>
    OpenAi,

    /// <summary>OpenAI's Responses interface.</summary>
    OpenAiResponses,

    /// <summary>Anthropic's Messages.</summary>
    Anthropic,

    /// <summary>Gemini's generateContent and streamGenerateContent.</summary>
    Gemini,
}
