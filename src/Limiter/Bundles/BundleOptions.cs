namespace Appliance.Limiter;

/// <summary>What the reader of a bundle must know from outside the bundle. Immutable.</summary>
public sealed record BundleOptions
{
    /// <summary>The N of `policies.instance_share: 1/N` of the configuration, 1 .. 1000; what the bundle itself says wins.</summary>
    public int InstanceShare { get; init; } = 1;

    /// <summary>`policies.on_table_full: closed` of the configuration; what a policy itself says wins.</summary>
    public bool IsClosedWhenTableFull { get; init; }

    /// <summary>
    /// True for a start and for kept bundles: a global_shadow or kill_switch_override whose time is over is dropped with a lint. Else it
    /// refuses the bundle, as somebody who loads it now means it to work.
    /// </summary>
    public bool DropsExpiredOverrides { get; init; }
}
