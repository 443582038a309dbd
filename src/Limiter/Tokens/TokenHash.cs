using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// A universal hash under a random key of this process: NH of UMAC (RFC 4418 section 5.2.2; Black et al., "UMAC: Fast and Secure Message Authentication")
/// with words of 64 bits, taken twice under keys shifted by one pair. Whatever two tokens somebody chooses, they collide with a
/// probability of at most 2^-64 in each sum and 2^-128 in both, as long as nobody sees key or digests: nobody can
/// aim at another's cache entry. The key is as long as the longest token, so a digest is one multiplication for 16 bytes and sum, with no chain between them.
/// </summary>
internal sealed class TokenHash
{
    private const int WordsBefore = 2;
    private const int Shift = 2;
    private readonly ulong[] _key = new ulong[WordsBefore + TokenVerifier.MaxTokenBytes / sizeof(ulong) + Shift];

    public TokenHash() => RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_key.AsSpan()));

    /// <param name="token">At most <see cref="TokenVerifier.MaxTokenBytes"/> long.</param>
    public TokenDigest Of(ReadOnlySpan<byte> token)
    {
        ReadOnlySpan<ulong> key = _key;
        // The length is the first pair, since a token is filled up with zeros to a whole pair.
        UInt128 first = Math.BigMul((ulong)token.Length + key[0], key[1]);
        UInt128 second = Math.BigMul((ulong)token.Length + key[2], key[3]);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(token[..(token.Length & ~15)]);
        key = key.Slice(WordsBefore, words.Length + Shift + 2);
        for (int i = 0; i + 1 < words.Length; i += 2)
        {
            ulong even = words[i], odd = words[i + 1];
            first += Math.BigMul(even + key[i], odd + key[i + 1]);
            second += Math.BigMul(even + key[i + 2], odd + key[i + 3]);
        }

        if ((token.Length & 15) != 0)
        {
            Span<ulong> tail = [0, 0];
            token[(token.Length & ~15)..].CopyTo(MemoryMarshal.AsBytes(tail));
            int at = words.Length;
            first += Math.BigMul(tail[0] + key[at], tail[1] + key[at + 1]);
            second += Math.BigMul(tail[0] + key[at + 2], tail[1] + key[at + 3]);
        }

        return new TokenDigest(first, second);
    }
}
