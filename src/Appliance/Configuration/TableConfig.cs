namespace Appliance.Configuration;

/// <summary>The `policies.table` section. Immutable.</summary>
internal sealed record TableConfig
{
    /// <summary>Bytes, pinned; fixed at start.</summary>
    public required long MemoryBytes { get; init; }
}
