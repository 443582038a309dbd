namespace Appliance.Limiter.Bundles;

/// <summary>
/// A bundle as parsed at first: everything but the elements of `policies`, of which only the places are known. Each is parsed when its
/// turn comes and dropped afterwards, so that a bundle of 50 MB is never a tree of a gigabyte.
/// </summary>
/// <param name="Root">The document.</param>
/// <param name="PolicyRanges">Where the elements of `policies` are, no more of them than are allowed.</param>
/// <param name="PolicyCount">How many there are.</param>
internal sealed record BundleDocument(BundleNode Root, List<(int Offset, int Length)> PolicyRanges, int PolicyCount);
