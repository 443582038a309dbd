using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Appliance.Limiter.Tokens;

/// <summary>The first public key or certificate of a PEM file (RFC 7468).</summary>
internal static class PemKeyReader
{
    public static JwtKey? Read(ReadOnlySpan<byte> content, JwtAlgorithms algorithm, byte[] keyId, out string? mistake)
    {
        if (!System.Text.Unicode.Utf8.IsValid(content) || !PemEncoding.TryFind(Encoding.UTF8.GetString(content), out PemFields fields))
        {
            mistake = $"no PEM in the file; {algorithm} needs a public key (`-----BEGIN PUBLIC KEY-----`) or a certificate";
            return null;
        }

        string text = Encoding.UTF8.GetString(content);
        if (text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            mistake = "the file holds a private key, which only the issuer should have: write the public one with `openssl pkey -in KEY -pubout`";
            return null;
        }

        byte[] der = Convert.FromBase64String(text[fields.Base64Data]);
        bool wantsRsa = (algorithm & JwtAlgorithms.AnyRsa) != 0;
        try
        {
            return wantsRsa ? Rsa(text[fields.Label], der, algorithm, keyId, out mistake) : EllipticCurve(text[fields.Label], der, algorithm, keyId, out mistake);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or PlatformNotSupportedException)
        {
            mistake = $"no {(wantsRsa ? "RSA" : "elliptic-curve")} public key can be read from the file, which {algorithm} needs: change the algorithm or the file";
            return null;
        }
    }

    private static JwtKey? Rsa(string label, byte[] der, JwtAlgorithms algorithm, byte[] keyId, out string? mistake)
    {
        using X509Certificate2? certificate = CertificateOf(label, der);
        using RSA rsa = certificate is null ? RSA.Create() : certificate.GetRSAPublicKey() ?? throw new CryptographicException();
        if (label == "RSA PUBLIC KEY") rsa.ImportRSAPublicKey(der, out _);
        else if (certificate is null) rsa.ImportSubjectPublicKeyInfo(der, out _);
        return KeyFactory.Rsa(rsa, algorithm, keyId, out mistake);
    }

    private static JwtKey? EllipticCurve(string label, byte[] der, JwtAlgorithms algorithm, byte[] keyId, out string? mistake)
    {
        using X509Certificate2? certificate = CertificateOf(label, der);
        using ECDsa key = certificate is null ? ECDsa.Create() : certificate.GetECDsaPublicKey() ?? throw new CryptographicException();
        if (certificate is null) key.ImportSubjectPublicKeyInfo(der, out _);
        return KeyFactory.EllipticCurve(key, algorithm, keyId, out mistake);
    }

    private static X509Certificate2? CertificateOf(string label, byte[] der) => label == "CERTIFICATE" ? X509CertificateLoader.LoadCertificate(der) : null;
}
