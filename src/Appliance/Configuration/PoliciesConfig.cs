namespace Appliance.Configuration;

/// <summary>The `policies` section. Immutable.</summary>
internal sealed record PoliciesConfig
{
    /// <summary>The policy bundle; an absolute path.</summary>
    public required string File { get; init; }

    /// <summary>The counters' memory.</summary>
    public required TableConfig Table { get; init; }

    /// <summary>How tokens are verified; null: not at all.</summary>
    public JwtConfig? Jwt { get; init; }

    /// <summary>What is known of networks; null: nothing.</summary>
    public IpListsConfig? IpLists { get; init; }

    /// <summary>How many requests may wait at once because a policy delays them; more are rejected.</summary>
    public int MaximumDelayed { get; init; } = 10_000;
}
