using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Appliance.Limiter.Tokens;

namespace Limiter.Tests.Support;

/// <summary>The other side of the verifier: keys of every kind, and tokens signed with them.</summary>
internal static class TokenIssuer
{
    public const long NowMs = 1_770_129_000_000;

    public static readonly byte[] Secret = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 7 + 1))];
    public static readonly RSA Rsa = RSA.Create(2048);
    public static readonly ECDsa P256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public static readonly ECDsa P384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

    public static readonly string[] Algorithms = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "ES256", "ES384"];

    /// <summary>The file that the verifier gets for the algorithm.</summary>
    public static JwtKeySource KeyFor(string algorithm, string? keyId = null) => new($"{algorithm}.key", algorithm switch
    {
        "ES256" => Encoding.ASCII.GetBytes(P256.ExportSubjectPublicKeyInfoPem()),
        "ES384" => Encoding.ASCII.GetBytes(P384.ExportSubjectPublicKeyInfoPem()),
        _ when algorithm.StartsWith("HS", StringComparison.Ordinal) => Encoding.ASCII.GetBytes("base64:" + Convert.ToBase64String(Secret) + "\n"),
        _ => Encoding.ASCII.GetBytes(Rsa.ExportSubjectPublicKeyInfoPem()),
    }, algorithm, keyId);

    public static JwtKeySet Keys(params JwtKeySource[] sources)
    {
        JwtKeySet? keys = JwtKeySet.Load(sources, null, out IReadOnlyList<Appliance.Limiter.DescriptorFileError> errors);
        Assert.Empty(errors);
        return keys!;
    }

    public static string Token(string algorithm, string payload) => Token(algorithm, $$"""{"alg":"{{algorithm}}","typ":"JWT"}""", payload);

    /// <summary>Signed with <paramref name="algorithm"/> whatever the header says.</summary>
    public static string Token(string algorithm, string header, string payload)
    {
        string signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Encode(Sign(algorithm, Encoding.ASCII.GetBytes(signed)))}";
    }

    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    private static byte[] Sign(string algorithm, byte[] signed) => algorithm switch
    {
        "HS256" => HMACSHA256.HashData(Secret, signed),
        "HS384" => HMACSHA384.HashData(Secret, signed),
        "HS512" => HMACSHA512.HashData(Secret, signed),
        "RS256" => Rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        "RS384" => Rsa.SignData(signed, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        "RS512" => Rsa.SignData(signed, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        "PS256" => Rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        "ES256" => P256.SignData(signed, HashAlgorithmName.SHA256),
        "ES384" => P384.SignData(signed, HashAlgorithmName.SHA384),
        _ => [],
    };
}
