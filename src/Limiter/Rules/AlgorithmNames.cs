namespace Appliance.Limiter.Rules;

/// <summary>The words of `algorithm`. They are a contract: keys, reasons and metrics carry them.</summary>
internal static class AlgorithmNames
{
    public const string TokenBucket = "token_bucket";
    public const string CostBased = "cost_based";
    public const string TokenBucketLlm = "token_bucket_llm";
    public const string Concurrency = "concurrency";

    public static string Of(AlgorithmKind kind) => kind switch
    {
        AlgorithmKind.TokenBucket => TokenBucket,
        AlgorithmKind.CostBased => CostBased,
        AlgorithmKind.TokenBucketLlm => TokenBucketLlm,
        _ => Concurrency,
    };

    /// <summary>Null for a word that is no algorithm.</summary>
    public static AlgorithmKind? Parse(string text) => text switch
    {
        TokenBucket => AlgorithmKind.TokenBucket,
        CostBased => AlgorithmKind.CostBased,
        TokenBucketLlm => AlgorithmKind.TokenBucketLlm,
        Concurrency => AlgorithmKind.Concurrency,
        _ => null,
    };
}
