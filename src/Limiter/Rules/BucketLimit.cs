namespace Appliance.Limiter.Rules;

/// <summary>`token_bucket`: a rate with a burst (part B section 2.1).</summary>
/// <param name="bucket">The arithmetic.</param>
/// <param name="cost">What a request takes, in units of <paramref name="bucket"/>.</param>
internal sealed class BucketLimit(TokenBucket bucket, CostSource cost) : Algorithm(AlgorithmKind.TokenBucket)
{
    public TokenBucket Bucket { get; } = bucket;

    public CostSource Cost { get; } = cost;
}
