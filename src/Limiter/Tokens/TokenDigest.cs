namespace Appliance.Limiter.Tokens;

/// <summary>What a token is known by in the cache: two sums of 128 bits each, see <see cref="TokenHash"/>.</summary>
/// <param name="First">The first sum.</param>
/// <param name="Second">The second sum, under another part of the key.</param>
internal readonly record struct TokenDigest(UInt128 First, UInt128 Second);
