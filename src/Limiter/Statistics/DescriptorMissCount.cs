namespace Appliance.Limiter;

/// <summary>How often a limit key was missing from a request.</summary>
/// <param name="Key">The limit key as the bundle names it, header names in lower case.</param>
/// <param name="Policy">Policy id.</param>
/// <param name="Count">How often.</param>
public sealed record DescriptorMissCount(string Key, string Policy, long Count);
