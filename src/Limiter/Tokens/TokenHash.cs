using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// A universal hash under a random key of this process: NH of UMAC (RFC 4418 section 5.2.2), 32-bit words to 64-bit sums, taken four times under keys that
/// are shifted by one block. Whatever two tokens somebody chooses, they agree in one sum with a probability of at most 2^-31 and in all four
/// of 2^-124, as long as nobody sees key or digests: nobody can aim at another's cache entry. The key is as long as the longest token, so that no step
/// waits for the one before. Immutable; all lanes may share one.
/// </summary>
internal sealed class TokenHash
{
    private const int BlockBytes = 32;
    private const int BlocksBefore = 1;
    private const int Shifts = 3;
    private readonly Vector256<uint>[] _key = new Vector256<uint>[BlocksBefore + TokenVerifier.MaxTokenBytes / BlockBytes + Shifts];

    public TokenHash() => RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_key.AsSpan()));

    /// <param name="token">At most <see cref="TokenVerifier.MaxTokenBytes"/> long.</param>
    public TokenDigest Of(ReadOnlySpan<byte> token)
    {
        int blocks = token.Length / BlockBytes;
        ReadOnlySpan<Vector256<uint>> message = MemoryMarshal.Cast<byte, Vector256<uint>>(token[..(blocks * BlockBytes)]);
        ReadOnlySpan<Vector256<uint>> key = _key;
        Vector256<uint> k0 = key[0], k1 = key[1], k2 = key[2], k3 = key[3];
        key = key[4..];
        // The length is the first block, since the last one is filled up with zeros.
        var block = Vector256.CreateScalar((uint)token.Length);
        Vector256<ulong> a = Products(block + k0), b = Products(block + k1), c = Products(block + k2), d = Products(block + k3);
        for (int i = 0; i < message.Length && i < key.Length; i++)
        {
            (k0, k1, k2, k3) = (k1, k2, k3, key[i]);
            block = message[i];
            a += Products(block + k0);
            b += Products(block + k1);
            c += Products(block + k2);
            d += Products(block + k3);
        }

        if (token.Length > blocks * BlockBytes)
        {
            Span<byte> last = stackalloc byte[BlockBytes];
            last.Clear();
            token[(blocks * BlockBytes)..].CopyTo(last);
            block = Vector256.Create<byte>(last).AsUInt32();
            a += Products(block + k1);
            b += Products(block + k2);
            c += Products(block + k3);
            d += Products(block + key[blocks]);
        }

        return new TokenDigest(Vector256.Create(Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d)));
    }

    /// <summary>Of each pair of words their product; the portable form gives the same where there is no such instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Products(Vector256<uint> words)
    {
        Vector256<ulong> odd = words.AsUInt64() >> 32;
        return Avx2.IsSupported ? Avx2.Multiply(words, odd.AsUInt32()) : (words.AsUInt64() & Vector256.Create(0xffff_ffffUL)) * odd;
    }
}
