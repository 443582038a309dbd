using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// SHA-256 over a key's type, algorithms, name and numbers, each with its length, so that the form of the file does not matter. A secret stands there
/// as the HMAC-SHA256 of a constant under itself.
/// </summary>
internal static class KeyFingerprint
{
    private static ReadOnlySpan<byte> SecretLabel => "appliance jwt secret fingerprint"u8;

    public static byte[] OfSecret(byte[] secret, JwtAlgorithms algorithms, byte[] keyId) =>
        OfPublic(JwtKeyType.Secret, algorithms, keyId, HMACSHA256.HashData(secret, SecretLabel), []);

    public static byte[] OfPublic(JwtKeyType type, JwtAlgorithms algorithms, byte[] keyId, byte[] first, byte[] second)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, ((int)type << 16) | (int)algorithms);
        hash.AppendData(number);
        foreach (byte[] part in (ReadOnlySpan<byte[]>)[keyId, first, second])
        {
            BinaryPrimitives.WriteInt32BigEndian(number, part.Length);
            hash.AppendData(number);
            hash.AppendData(part);
        }

        return hash.GetHashAndReset();
    }
}
