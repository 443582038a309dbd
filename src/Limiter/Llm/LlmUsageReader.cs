namespace Appliance.Limiter.Llm;

/// <summary>
/// Finds the usage in a JSON response while it passes by: fed pieces cut anywhere, it keeps a bounded state, so that no response needs to
/// be buffered and none is too long. OpenAI's, Anthropic's and Gemini's names. The body must not be compressed. Allocates nothing after
/// construction. One thread at a time; reused from response to response.
/// </summary>
public sealed class LlmUsageReader
{
    private readonly ResponseScanner _scanner = new();

    /// <summary>Begins the first response.</summary>
    public LlmUsageReader() => Reset();

    /// <summary>Begins another response.</summary>
    public void Reset() => _scanner.Begin();

    /// <summary>Takes the next piece of the body.</summary>
    public void Feed(ReadOnlySpan<byte> piece) => _scanner.Feed(piece);

    /// <summary>The body ends here.</summary>
    /// <param name="usage">What the response reports; a member that is missing counts 0, a missing total is the sum.</param>
    public LlmUsageOutcome Finish(out LlmUsage usage)
    {
        usage = default;
        if (!_scanner.End()) return LlmUsageOutcome.NotJson;
        if (!_scanner.Reported.HasAny) return LlmUsageOutcome.NotFound;
        usage = _scanner.Reported.ToUsage();
        return LlmUsageOutcome.Found;
    }
}
