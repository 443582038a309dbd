namespace Appliance.Configuration;

/// <summary>The `log` section. Immutable.</summary>
internal sealed record LogConfig
{
    /// <summary>The least severe level that is written.</summary>
    public required LogThreshold Level { get; init; }
}
