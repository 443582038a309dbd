namespace Appliance.Limiter;

/// <summary>What became of bearer tokens that no cache knew.</summary>
/// <param name="Good">Verified; or read, where no keys are configured.</param>
/// <param name="Bad">Malformed, expired, not yet valid, for somebody else, or wrongly signed.</param>
/// <param name="Skipped">Taken for invalid without a look at the signature: too many from there, or altogether, were wrongly signed shortly before.</param>
public sealed record TokenVerificationCount(long Good, long Bad, long Skipped);
