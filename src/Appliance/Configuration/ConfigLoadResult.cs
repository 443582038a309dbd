using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>A configuration, or every reason why there is none.</summary>
internal sealed record ConfigLoadResult
{
    /// <summary>Null exactly when there are errors.</summary>
    public ApplianceConfig? Config { get; init; }

    /// <summary>All mistakes, in the order of the file.</summary>
    public ImmutableArray<ConfigError> Errors { get; init; } = [];

    /// <summary>The file does not exist (exit code 2).</summary>
    public bool NotFound { get; init; }

    /// <summary>The file may not be read (exit code 4).</summary>
    public bool NotPermitted { get; init; }
}
