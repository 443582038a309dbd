namespace Appliance.Limiter.Llm;

/// <summary>How a request body was read; decides where its prompt estimate comes from.</summary>
public enum LlmRequestStatus : byte
{
    /// <summary>There was no body: no tokens.</summary>
    Empty,

    /// <summary>The text of its prompt was counted.</summary>
    Read,

    /// <summary>A JSON object without any member that holds a prompt; the whole body was counted.</summary>
    NoPrompt,

    /// <summary>A member that matters occurs twice, and servers differ in which they take; the whole body was counted, the model is unknown.</summary>
    Ambiguous,

    /// <summary>Not one JSON document, or nested too deeply; the whole body was counted.</summary>
    NotJson,

    /// <summary>More than <see cref="LlmRequestReader.MaxBodyBytes"/>; the whole body was counted.</summary>
    TooLarge,
}
