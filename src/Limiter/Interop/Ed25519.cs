// Invariants
// - Ownership: key and context are made and freed within one call; the spans are pinned for exactly as long as libcrypto looks at them.
// - Lengths are checked before any pointer is made; an empty message has a pointer of its own, since `fixed` gives null for it.
// - Threads: any number; nothing is kept between calls.
namespace Appliance.Limiter.Interop;

/// <summary>Ed25519 (RFC 8032), pure, without context or pre-hash.</summary>
internal static unsafe class Ed25519
{
    public const int KeyBytes = 32;
    public const int SignatureBytes = 64;

    /// <summary>True only for a signature of this message by this key. Never throws for any bytes.</summary>
    /// <exception cref="DllNotFoundException">OpenSSL 3 is not installed.</exception>
    /// <exception cref="InvalidOperationException">libcrypto has no memory, or its configuration forbids Ed25519.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != KeyBytes || signature.Length != SignatureBytes) return false;
        nint key = 0;
        nint context = 0;
        byte nothing = 0;
        try
        {
            // SAFETY: three spans of checked or own length, pinned until the last call that sees them has returned; key and context are
            // ours, passed only after they were found not to be 0.
            fixed (byte* keyBytes = publicKey, messageBytes = message, signatureBytes = signature)
            {
                key = LibCrypto.KeyNewRawPublicKey(LibCrypto.KeyTypeEd25519, 0, keyBytes, KeyBytes);
                context = LibCrypto.DigestContextNew();
                if (key == 0 || context == 0 || LibCrypto.DigestVerifyInit(context, 0, 0, 0, key) != 1)
                    throw new InvalidOperationException("libcrypto cannot verify Ed25519 signatures");
                byte* text = message.IsEmpty ? &nothing : messageBytes;
                return LibCrypto.DigestVerify(context, signatureBytes, SignatureBytes, text, (nuint)message.Length) == 1;
            }
        }
        finally
        {
            LibCrypto.DigestContextFree(context);
            LibCrypto.KeyFree(key);
            LibCrypto.ClearErrors();
        }
    }
}
