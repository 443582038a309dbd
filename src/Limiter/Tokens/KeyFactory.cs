using System.Security.Cryptography;

namespace Appliance.Limiter.Tokens;

/// <summary>Makes keys of their parts, and refuses those that are too weak, too dear or of the wrong kind. Every mistake says the mend.</summary>
internal static class KeyFactory
{
    private const int MinRsaBits = 2048;

    /// <summary>Above this one verification costs more than a client should be able to ask for.</summary>
    private const int MaxRsaBits = 8192;
    private const int MaxExponentBytes = 4;
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";

    /// <summary>A secret is at least as long as its hash (RFC 7518 section 3.2); algorithms that want a longer one are left out of the set.</summary>
    /// <returns>Null when no algorithm is left.</returns>
    public static JwtKey? Secret(byte[] secret, JwtAlgorithms algorithms, byte[] keyId, out string? mistake)
    {
        JwtAlgorithms strong = algorithms & StrongEnough(secret.Length);
        mistake = null;
        if (strong != JwtAlgorithms.None)
            return new JwtKey(JwtKeyType.Secret, strong, keyId, secret, KeyFingerprint.OfSecret(secret, strong, keyId));

        mistake = $"the secret has {secret.Length} bytes; RFC 7518 section 3.2 asks for at least {Needed(algorithms)}: make one with `openssl rand -base64 64`";
        return null;
    }

    public static JwtKey? Rsa(RSA rsa, JwtAlgorithms algorithms, byte[] keyId, out string? mistake)
    {
        RSAParameters parameters = rsa.ExportParameters(includePrivateParameters: false);
        mistake = null;
        if (rsa.KeySize < MinRsaBits) mistake = $"the RSA key has {rsa.KeySize} bits; RFC 7518 section 3.3 asks for at least {MinRsaBits}: have the issuer sign with a longer one";
        else if (rsa.KeySize > MaxRsaBits) mistake = $"the RSA key has {rsa.KeySize} bits; at most {MaxRsaBits} are taken, since each request may cost a verification";
        else if (parameters.Exponent!.Length > MaxExponentBytes) mistake = "the RSA key's public exponent has more than 32 bits; 65537 is usual";
        if (mistake is not null) return null;

        byte[] fingerprint = KeyFingerprint.OfPublic(JwtKeyType.Rsa, algorithms, keyId, parameters.Modulus!, parameters.Exponent!);
        return new JwtKey(JwtKeyType.Rsa, algorithms, keyId, rsa.ExportSubjectPublicKeyInfo(), fingerprint);
    }

    /// <param name="key">On any curve.</param>
    /// <param name="algorithms">None takes that of the curve.</param>
    /// <param name="keyId">As UTF-8.</param>
    /// <param name="mistake">Set when null is returned.</param>
    public static JwtKey? EllipticCurve(ECDsa key, JwtAlgorithms algorithms, byte[] keyId, out string? mistake)
    {
        ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
        JwtAlgorithms ofCurve = (parameters.Curve.IsNamed ? parameters.Curve.Oid.Value : null) switch
        {
            P256 => JwtAlgorithms.ES256,
            P384 => JwtAlgorithms.ES384,
            _ => JwtAlgorithms.None,
        };
        mistake = null;
        if (ofCurve == JwtAlgorithms.None) mistake = "the key's curve is neither P-256 (ES256) nor P-384 (ES384)";
        else if (algorithms != JwtAlgorithms.None && algorithms != ofCurve) mistake = $"the key's curve belongs to {ofCurve}, not {algorithms}: change the algorithm or the file";
        if (mistake is not null) return null;

        byte[] fingerprint = KeyFingerprint.OfPublic(JwtKeyType.EllipticCurve, ofCurve, keyId, parameters.Q.X!, parameters.Q.Y!);
        return new JwtKey(JwtKeyType.EllipticCurve, ofCurve, keyId, key.ExportSubjectPublicKeyInfo(), fingerprint);
    }

    private static JwtAlgorithms StrongEnough(int bytes)
    {
        JwtAlgorithms strong = bytes >= 32 ? JwtAlgorithms.HS256 : JwtAlgorithms.None;
        if (bytes >= 48) strong |= JwtAlgorithms.HS384;
        return bytes >= 64 ? strong | JwtAlgorithms.HS512 : strong;
    }

    private static int Needed(JwtAlgorithms algorithms)
    {
        if ((algorithms & JwtAlgorithms.HS256) != 0) return 32;
        return (algorithms & JwtAlgorithms.HS384) != 0 ? 48 : 64;
    }
}
