namespace Appliance.Limiter.Rules;

/// <summary>One compiled rule. Immutable.</summary>
internal sealed class PolicyRule
{
    public const string TokenBucketName = AlgorithmNames.TokenBucket;

    public required string Name { get; init; }

    public required LimitKey[] LimitKeys { get; init; }

    public required MatchCondition[] Match { get; init; }

    public required MissingKeyAction OnMissing { get; init; }

    /// <summary>What holds for every value that <see cref="Overrides"/> does not name.</summary>
    public required Algorithm Algorithm { get; init; }

    /// <summary>By the value of the first limit key, all of the kind of <see cref="Algorithm"/>; null: none.</summary>
    public RuleOverrides? Overrides { get; init; }

    /// <summary>The bucket of a token_bucket rule.</summary>
    public TokenBucket Bucket => ((BucketLimit)Algorithm).Bucket;

    /// <summary>The cost of a token_bucket rule.</summary>
    public CostSource Cost => ((BucketLimit)Algorithm).Cost;

    /// <summary>What holds for a request.</summary>
    /// <param name="firstValue">The value of the first limit key; empty when it is missing.</param>
    public Algorithm AlgorithmFor(ReadOnlySpan<byte> firstValue) =>
        Overrides is not null && Overrides.TryGet(firstValue, out Algorithm algorithm) ? algorithm : Algorithm;

    /// <summary>What holds for a request, when the first limit key is the client address.</summary>
    public Algorithm AlgorithmFor(ClientAddress client) =>
        Overrides is not null && Overrides.TryGet(client, out Algorithm algorithm) ? algorithm : Algorithm;

    /// <summary>True when every line of `match` holds, or there is none.</summary>
    public bool AppliesTo<TRequest>(scoped ref readonly TRequest request)
        where TRequest : struct, IRequestView, allows ref struct
    {
        foreach (MatchCondition condition in Match)
        {
            if (!condition.Holds(in request)) return false;
        }

        return true;
    }
}
