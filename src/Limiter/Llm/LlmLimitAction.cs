namespace Appliance.Limiter.Llm;

/// <summary>How a stream ends that is cut (`streaming.on_limit_exceeded`, policies.md part B 2.5).</summary>
public enum LlmLimitAction : byte
{
    /// <summary>graceful_close: as if the model had reached its own limit, in the provider's shape.</summary>
    GracefulClose,

    /// <summary>error_chunk: with an error event in the provider's shape.</summary>
    ErrorChunk,
}
