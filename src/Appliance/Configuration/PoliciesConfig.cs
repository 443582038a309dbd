namespace Appliance.Configuration;

/// <summary>The `policies` section. Immutable.</summary>
internal sealed record PoliciesConfig
{
    /// <summary>The policy bundle; an absolute path.</summary>
    public required string File { get; init; }

    /// <summary>The counters' memory.</summary>
    public required TableConfig Table { get; init; }
}
