using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`streaming` of an LLM rule (part B section 2.5).</summary>
internal static class StreamingCompiler
{
    private const decimal DefaultBufferTokens = 100;

    /// <summary>Null after an error.</summary>
    /// <param name="config">The algorithm_config.</param>
    /// <param name="maxCompletion">max_completion_tokens; null when absent.</param>
    public static LlmStreaming? Compile(FieldReader config, long? maxCompletion)
    {
        long limit = maxCompletion ?? LlmStreaming.DefaultCompletionLimit;
        if (!config.Has("streaming"))
        {
            // The default limit is for those who ask for enforcement: nobody's answers are cut by a number that nobody wrote.
            return new LlmStreaming
            {
                IsEnabled = true,
                EnforcesMidStream = maxCompletion is not null,
                CompletionLimit = limit,
                BufferTokens = (long)DefaultBufferTokens,
                OnLimitExceeded = StreamLimitAction.GracefulClose,
                IncludesPartialUsage = true,
            };
        }

        if (config.OptionalTable("streaming") is not { } node) return null;
        var fields = new FieldReader(node, config.Findings, "invalid_algorithm_config: streaming.");
        config.Findings.LintUnknown(node, "enabled", "enforce_mid_stream", "buffer_tokens", "on_limit_exceeded", "include_partial_usage");
        decimal buffer = fields.Positive("buffer_tokens") ?? DefaultBufferTokens;
        var streaming = new LlmStreaming
        {
            IsEnabled = fields.Flag("enabled", absent: true),
            EnforcesMidStream = fields.Flag("enforce_mid_stream", absent: true),
            CompletionLimit = limit,
            BufferTokens = (long)Math.Ceiling(Math.Min(buffer, TokenBucket.MaxTokens)),
            OnLimitExceeded = fields.Choice("on_limit_exceeded", "graceful_close", "error_chunk") == "error_chunk"
                ? StreamLimitAction.ErrorChunk
                : StreamLimitAction.GracefulClose,
            IncludesPartialUsage = fields.Flag("include_partial_usage", absent: true),
        };
        return fields.IsSound ? streaming : null;
    }
}
