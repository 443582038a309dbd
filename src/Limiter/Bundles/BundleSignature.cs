using System.Security.Cryptography;
using System.Text;
using Appliance.Limiter.Interop;

namespace Appliance.Limiter;

/// <summary>
/// Checks the detached signature of a bundle file (policies.md A15): Ed25519 (RFC 8032) or ECDSA over P-256 with SHA-256. Immutable;
/// any number of threads. Reads no files.
/// </summary>
public sealed class BundleSignature
{
    private const int MaxKeyFileBytes = 16 * 1024;

    /// <summary>A longer file is no signature.</summary>
    public const int MaxSignatureFileBytes = 1024;

    private const int RawSignatureBytes = 64;
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly byte[] _publicKey;
    private readonly bool _isEd25519;

    private BundleSignature(byte[] publicKey, bool isEd25519)
    {
        _publicKey = publicKey;
        _isEd25519 = isEd25519;
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(publicKey));
    }

    /// <summary>SHA-256 of the key's SubjectPublicKeyInfo, 64 lower-case hexadecimal digits: what two nodes compare.</summary>
    public string Fingerprint { get; }

    /// <summary>"Ed25519" or "ECDSA P-256".</summary>
    public string Algorithm => _isEd25519 ? "Ed25519" : "ECDSA P-256";

    /// <summary>SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410 section 4).</summary>
    private static ReadOnlySpan<byte> Ed25519Prefix => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <summary>Reads a public key; never throws for any bytes.</summary>
    /// <param name="pemFile">PEM, "BEGIN PUBLIC KEY", as `openssl pkey -pubout` writes it.</param>
    /// <param name="error">Why there is no key; empty when there is one.</param>
    public static BundleSignature? FromPublicKey(ReadOnlySpan<byte> pemFile, out string error)
    {
        error = "must be a PEM file with one public key (BEGIN PUBLIC KEY)";
        if (pemFile.Length > MaxKeyFileBytes) return null;
        string pem = Encoding.ASCII.GetString(pemFile);
        if (!PemEncoding.TryFind(pem, out PemFields fields)) return null;
        if (pem[fields.Label].Contains("PRIVATE", StringComparison.Ordinal)) error = "holds a private key: give the public one, and replace the pair";
        if (pem[fields.Label] != "PUBLIC KEY" || PemEncoding.TryFind(pem.AsSpan(fields.Location.End.Value), out _)) return null;
        byte[] key = Convert.FromBase64String(pem[fields.Base64Data]);
        bool isEd25519 = key.Length == Ed25519Prefix.Length + Ed25519.KeyBytes && key.AsSpan().StartsWith(Ed25519Prefix);
        error = isEd25519 || IsP256(key) ? "" : "must be an Ed25519 key or an ECDSA key on P-256";
        return error.Length == 0 ? new BundleSignature(key, isEd25519) : null;
    }

    /// <summary>True only when the signature file holds a signature of these bytes by this key; never throws for any bytes.</summary>
    /// <param name="bundle">The bundle file, as it is.</param>
    /// <param name="signatureFile">
    /// The signature as bytes or in base64: 64 bytes of Ed25519; of ECDSA the DER form of openssl, or r and s of 32 bytes each.
    /// </param>
    /// <param name="error">What is wrong; empty when true is returned.</param>
    public bool Verify(ReadOnlySpan<byte> bundle, ReadOnlySpan<byte> signatureFile, out string error)
    {
        error = $"is no {Algorithm} signature";
        if (signatureFile.Length > MaxSignatureFileBytes) return false;
        try
        {
            error = "";
            if (IsGood(bundle, signatureFile)) return true;
            byte[] decoded = new byte[MaxSignatureFileBytes];
            ReadOnlySpan<char> text = Encoding.ASCII.GetString(signatureFile);
            if (Convert.TryFromBase64Chars(text, decoded, out int length) && IsGood(bundle, decoded.AsSpan(0, length))) return true;
            error = $"does not sign this bundle with the {Algorithm} key in use";
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            error = "cannot be checked: OpenSSL 3 (Debian package libssl3) is not installed";
        }
        catch (InvalidOperationException refused)
        {
            error = "cannot be checked: " + refused.Message;
        }

        return false;
    }

    private bool IsGood(ReadOnlySpan<byte> bundle, ReadOnlySpan<byte> signature)
    {
        if (_isEd25519) return Ed25519.Verify(_publicKey.AsSpan(Ed25519Prefix.Length), bundle, signature);
        using ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(_publicKey, out _);
        return Fits(key, bundle, signature, DSASignatureFormat.Rfc3279DerSequence)
            || (signature.Length == RawSignatureBytes && Fits(key, bundle, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    private static bool Fits(ECDsa key, ReadOnlySpan<byte> bundle, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        try
        {
            return key.VerifyData(bundle, signature, HashAlgorithmName.SHA256, format);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or PlatformNotSupportedException)
        {
            return false; // bytes that are no signature at all in this format
        }
    }

    private static bool IsP256(byte[] subjectPublicKeyInfo)
    {
        try
        {
            using ECDsa key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out int read);
            ECCurve curve = key.ExportParameters(false).Curve;
            return read == subjectPublicKeyInfo.Length && curve.IsNamed && curve.Oid.Value == P256;
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or PlatformNotSupportedException)
        {
            return false; // another kind of key, or a point that is not on its curve
        }
    }
}
