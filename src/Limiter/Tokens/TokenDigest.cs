using System.Runtime.Intrinsics;

namespace Appliance.Limiter.Tokens;

/// <summary>What a token is known by in the cache: the four sums of <see cref="TokenHash"/>.</summary>
/// <param name="Sums">Compared whole: one instruction where vectors have 256 bits.</param>
internal readonly record struct TokenDigest(Vector256<ulong> Sums)
{
    /// <summary>Bits that are spread evenly under the key, for choosing a place.</summary>
    public uint Spread => (uint)(Sums.GetElement(0) >> 32);

    /// <summary>Others, independent of those.</summary>
    public uint OtherSpread => (uint)(Sums.GetElement(1) >> 32);

    /// <summary>True when it is the same token, but for a chance of about 2^-124.</summary>
    public bool Equals(TokenDigest other) => Vector256.EqualsAll(Sums, other.Sums);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Spread;
}
