namespace Appliance.Limiter.Rules;

/// <summary>The algorithms of part B section 2, and `concurrency` (A16).</summary>
internal enum AlgorithmKind
{
    TokenBucket,
    CostBased,
    TokenBucketLlm,
    Concurrency,
}
