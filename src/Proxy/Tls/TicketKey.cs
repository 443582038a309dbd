using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Appliance.Proxy.Tls;

/// <summary>What protects the session tickets of one period (RFC 5077 section 4): the same on every node with the same secret.</summary>
internal sealed class TicketKey
{
    /// <summary>Bytes of the name that a ticket begins with.</summary>
    internal const int NameLength = 16;

    /// <summary>Bytes of the initialisation vector that follows.</summary>
    internal const int VectorLength = 16;

    private const int KeyLength = 32;

    private TicketKey(ReadOnlySpan<byte> derived)
    {
        Name = derived[..NameLength].ToArray();
        CipherKey = derived.Slice(NameLength, KeyLength).ToArray();
        MacKey = derived.Slice(NameLength + KeyLength, KeyLength).ToArray();
    }

    internal byte[] Name { get; }

    /// <summary>For AES-256-CBC.</summary>
    internal byte[] CipherKey { get; }

    /// <summary>For HMAC-SHA256.</summary>
    internal byte[] MacKey { get; }

    /// <summary>HKDF-SHA256 (RFC 5869) of a secret for one period.</summary>
    internal static TicketKey Derive(ReadOnlySpan<byte> secret, long period)
    {
        ReadOnlySpan<byte> label = "appliance session ticket"u8;
        Span<byte> purpose = stackalloc byte[label.Length + sizeof(long)];
        label.CopyTo(purpose);
        BinaryPrimitives.WriteInt64BigEndian(purpose[label.Length..], period);
        Span<byte> derived = stackalloc byte[NameLength + 2 * KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, salt: default, info: purpose);
        var key = new TicketKey(derived);
        CryptographicOperations.ZeroMemory(derived);
        return key;
    }
}
