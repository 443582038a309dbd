using System.Collections.Immutable;
using Appliance.Limiter;

namespace Appliance.Policies;

/// <summary>A bundle file as read.</summary>
/// <param name="Content">Its bytes; empty when it could not be read.</param>
/// <param name="Snapshot">Null when there is any error.</param>
/// <param name="Errors">One line each, beginning with FILE:LINE:COL.</param>
/// <param name="Lints">Likewise; they stop nothing.</param>
internal sealed record BundleRead(byte[] Content, PolicySnapshot? Snapshot, ImmutableArray<string> Errors, ImmutableArray<string> Lints)
{
    /// <summary>The file may not be read (exit code 4).</summary>
    public bool NotPermitted { get; init; }

    /// <summary>The errors that have a place in the file; none when it could not be read.</summary>
    public ImmutableArray<BundleError> FoundErrors { get; init; } = [];

    /// <summary>The lints.</summary>
    public ImmutableArray<BundleError> FoundLints { get; init; } = [];

    public static BundleRead Failed(string error) => new([], null, [error], []);
}
