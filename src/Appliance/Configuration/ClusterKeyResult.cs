using System.Collections.Immutable;
using Appliance.Vrrp;

namespace Appliance.Configuration;

/// <summary>The keys of a cluster key file, or every reason why there are none.</summary>
internal sealed record ClusterKeyResult
{
    /// <summary>The first signs, all verify; empty exactly when there are errors.</summary>
    public ImmutableArray<ClusterKey> Keys { get; init; } = [];

    /// <summary>All mistakes; none holds a part of a secret.</summary>
    public ImmutableArray<ConfigError> Errors { get; init; } = [];

    /// <summary>The file does not exist (exit code 2).</summary>
    public bool NotFound { get; init; }

    /// <summary>The file may not be read (exit code 4).</summary>
    public bool NotPermitted { get; init; }
}
