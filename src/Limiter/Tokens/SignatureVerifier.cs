using System.Security.Cryptography;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// One key made ready by one lane: the framework's key objects are not promised to be safe from several threads, so lanes do not share them.
/// What is verified depends on the key's own type, and the algorithm was checked against it: a header cannot turn a public key into a secret.
/// </summary>
internal sealed class SignatureVerifier : IDisposable
{
    /// <summary>No signature is longer: that of an RSA key of 8192 bits.</summary>
    public const int MaxSignatureBytes = 1024;

    /// <summary>The most that <see cref="CostUs"/> says.</summary>
    public const int MaxCostUs = 1000;

    private readonly RSA? _rsa;
    private readonly ECDsa? _ellipticCurve;

    public SignatureVerifier(JwtKey key)
    {
        Key = key;
        if (key.Type == JwtKeyType.Rsa)
        {
            _rsa = RSA.Create();
            _rsa.ImportSubjectPublicKeyInfo(key.Material, out _);
        }
        else if (key.Type == JwtKeyType.EllipticCurve)
        {
            _ellipticCurve = ECDsa.Create();
            _ellipticCurve.ImportSubjectPublicKeyInfo(key.Material, out _);
        }

        CostUs = EstimateCostUs();
    }

    public JwtKey Key { get; }

    /// <summary>What one check takes on a slow core, in microseconds: measured, and rounded up.</summary>
    public int CostUs { get; }

    /// <param name="algorithm">One of the key's.</param>
    /// <param name="signed">Header, dot and payload as they came (RFC 7515 section 5.2).</param>
    /// <param name="signature">Decoded.</param>
    public bool Verifies(JwtAlgorithms algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (Key.Type == JwtKeyType.Secret) return VerifiesSecret(algorithm, signed, signature);
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        hash = hash[..Hash(algorithm, signed, hash, out HashAlgorithmName name)];
        if (_rsa is null) return signature.Length == 2 * hash.Length && _ellipticCurve!.VerifyHash(hash, signature);
        RSASignaturePadding padding = algorithm == JwtAlgorithms.PS256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return signature.Length == (_rsa.KeySize + 7) / 8 && _rsa.VerifyHash(hash, signature, name, padding);
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ellipticCurve?.Dispose();
    }

    private int EstimateCostUs() => Key.Type switch
    {
        JwtKeyType.Secret => 20,
        JwtKeyType.Rsa => Math.Min(MaxCostUs, (int)((long)_rsa!.KeySize * _rsa.KeySize >> 16)),
        _ => _ellipticCurve!.KeySize <= 256 ? 150 : MaxCostUs,
    };

    private bool VerifiesSecret(JwtAlgorithms algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        Span<byte> mac = stackalloc byte[HMACSHA512.HashSizeInBytes];
        int length = algorithm switch
        {
            JwtAlgorithms.HS256 => HMACSHA256.HashData(Key.Material, signed, mac),
            JwtAlgorithms.HS384 => HMACSHA384.HashData(Key.Material, signed, mac),
            _ => HMACSHA512.HashData(Key.Material, signed, mac),
        };
        return CryptographicOperations.FixedTimeEquals(mac[..length], signature);
    }

    private static int Hash(JwtAlgorithms algorithm, ReadOnlySpan<byte> signed, Span<byte> hash, out HashAlgorithmName name)
    {
        switch (algorithm)
        {
            case JwtAlgorithms.RS384 or JwtAlgorithms.ES384:
                name = HashAlgorithmName.SHA384;
                return SHA384.HashData(signed, hash);
            case JwtAlgorithms.RS512:
                name = HashAlgorithmName.SHA512;
                return SHA512.HashData(signed, hash);
            default:
                name = HashAlgorithmName.SHA256;
                return SHA256.HashData(signed, hash);
        }
    }
}
