using Appliance.Limiter.Llm;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>The prompt's tokens as an LLM rule wants them estimated.</summary>
internal static class PromptHint
{
    /// <summary>More counts as this; two of them stay far below what a bucket's arithmetic bears.</summary>
    public const long MostTokens = TokenEstimate.Max;

    /// <param name="estimator">The rule's choice.</param>
    /// <param name="request">For X-Token-Estimate, which is believed from a trusted proxy only (policies.md A7).</param>
    /// <param name="estimated">What was made of the body.</param>
    public static long TokensOf<TRequest>(TokenEstimator estimator, scoped ref readonly TRequest request, long estimated)
        where TRequest : struct, IRequestView, allows ref struct
    {
        if (estimator == TokenEstimator.HeaderHint && request.TryGetHeader("x-token-estimate"u8, out ReadOnlySpan<byte> text)
            && TokenEstimate.TryReadHint(text, request.IsTrusted, out long hint))
        {
            return hint;
        }

        return Math.Clamp(estimated, 0, MostTokens);
    }
}
