namespace Appliance.Limiter.Rules;

/// <summary>`streaming` of an LLM rule (part B section 2.5), all defaults applied.</summary>
internal sealed record LlmStreaming
{
    /// <summary>The completion limit of a stream whose rule names none.</summary>
    public const long DefaultCompletionLimit = 2048;

    /// <summary>False: streams are passed on unseen and settled by their estimate.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>Cut a stream that passes <see cref="CompletionLimit"/>.</summary>
    public required bool EnforcesMidStream { get; init; }

    /// <summary>Completion tokens, at least 1, after which a stream is cut.</summary>
    public required long CompletionLimit { get; init; }

    /// <summary>Tokens between two looks, at least 1: the most that a stream can pass the limit by.</summary>
    public required long BufferTokens { get; init; }

    public required StreamLimitAction OnLimitExceeded { get; init; }

    /// <summary>Tell the client its usage when its stream is cut.</summary>
    public required bool IncludesPartialUsage { get; init; }
}
