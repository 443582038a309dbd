using System.Collections.Immutable;

namespace Appliance.Limiter;

/// <summary>What reading a bundle gave: a snapshot, or at least one error.</summary>
/// <param name="Snapshot">The compiled bundle; null when there is any error.</param>
/// <param name="Errors">Everything that makes the bundle unusable, in the order of the file.</param>
/// <param name="Lints">What is likely a mistake but does not stop the bundle, unknown fields first of all.</param>
public sealed record BundleReadResult(PolicySnapshot? Snapshot, ImmutableArray<BundleError> Errors, ImmutableArray<BundleError> Lints);
