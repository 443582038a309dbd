namespace Appliance.Limiter.Rules;

/// <summary>One compiled rule. Immutable.</summary>
internal sealed class PolicyRule
{
    public const string TokenBucketName = "token_bucket";

    public required string Name { get; init; }

    public required LimitKey[] LimitKeys { get; init; }

    public required MatchCondition[] Match { get; init; }

    public required MissingKeyAction OnMissing { get; init; }

    public required TokenBucket Bucket { get; init; }

    public required CostSource Cost { get; init; }

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
