namespace Appliance.Limiter.Rules;

/// <summary>One of `kill_switches`: requests that it names are rejected before anything else is asked (part B section 1.7, A13).</summary>
internal sealed class KillSwitch
{
    /// <summary>scope_key and scope_value; null: every request that <see cref="Selector"/> selects.</summary>
    public required MatchCondition? Scope { get; init; }

    /// <summary>`selector`, as a policy's; null: any request.</summary>
    public required RequestSelector? Selector { get; init; }

    /// <summary>`route`: the whole path, byte for byte; null: any.</summary>
    public required byte[]? Route { get; init; }

    /// <summary>For logs and status, never for clients; null when the bundle gives none.</summary>
    public required string? Reason { get; init; }

    /// <summary>Unix seconds; <see cref="long.MaxValue"/>: for ever.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>Up to and including the second of its expiry.</summary>
    public bool IsActiveAt(long unixSeconds) => unixSeconds <= ExpiresAt;
}
