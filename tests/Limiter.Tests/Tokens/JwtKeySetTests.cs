using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Appliance.Limiter;
using Appliance.Limiter.Tokens;
using Limiter.Tests.Support;

namespace Limiter.Tests.Tokens;

public sealed class JwtKeySetTests
{
    private const string Payload = """{"sub":"alice"}""";

    [Fact]
    public void CertificatesAndPkcs1KeysAreRead()
    {
        var request = new CertificateRequest("CN=issuer", TokenIssuer.Rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        var ofCurve = new CertificateRequest("CN=issuer", TokenIssuer.P256, HashAlgorithmName.SHA256);
        using X509Certificate2 curveCertificate = ofCurve.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
        AssertVerifies("RS256", certificate.ExportCertificatePem());
        AssertVerifies("PS256", TokenIssuer.Rsa.ExportRSAPublicKeyPem());
        AssertVerifies("ES256", "# the issuer's\n" + curveCertificate.ExportCertificatePem());
    }

    [Fact]
    public void SecretsAreReadAsTheyStandOrAsBase64()
    {
        string token = TokenIssuer.Token("HS512", Payload);
        AssertVerifies("HS512", TokenIssuer.Secret, token);
        AssertVerifies("HS512", [.. TokenIssuer.Secret, (byte)'\n'], token);
        AssertVerifies("HS512", [.. TokenIssuer.Secret, .. "\r\n"u8], token);
        AssertVerifies("HS512", Encoding.ASCII.GetBytes("base64:" + Convert.ToBase64String(TokenIssuer.Secret)), token);
        AssertVerifies("HS512", Encoding.ASCII.GetBytes("base64: " + TokenIssuer.Encode(TokenIssuer.Secret) + "\n"), token);
    }

    [Fact]
    public void AJwkSetMayHoldKeysThatAreNotForUs()
    {
        string set = Jwks(
            """{"kty":"OKP","crv":"Ed25519","x":"AA"}""", """{"kty":"RSA","use":"enc","n":"AA","e":"AA"}""", """{"kty":"RSA","alg":"RSA-OAEP","n":"!"}""",
            """{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}""", "7", RsaJwk("\"kid\":\"r\",\"use\":\"sig\""));
        JwtKeySet keys = LoadJwks(set, out var errors)!;
        Assert.Empty(errors);
        Assert.Equal(1, keys.Count);
        using TokenLane lane = TokenLane.Of(keys, "sub");
        foreach (string algorithm in (string[])["RS256", "RS384", "RS512", "PS256"]) Assert.Equal("alice", lane.Claim(TokenIssuer.Token(algorithm, Payload), "sub"));
    }

    [Fact]
    public void AJwkWithAnAlgorithmIsForThatOneOnly()
    {
        using TokenLane lane = TokenLane.Of(LoadJwks(Jwks(RsaJwk("\"alg\":\"RS512\"")), out _)!, "sub");
        Assert.Equal("alice", lane.Claim(TokenIssuer.Token("RS512", Payload), "sub"));
        Assert.Equal("__invalid__", lane.Claim(TokenIssuer.Token("RS256", Payload), "sub"));
    }

    public static TheoryData<string, string, string> BadFiles => new()
    {
        { "none", "x", "is not one that we verify: use one of HS256" },
        { "hs256", "x", "is not one that we verify" },
        { "RS256", "", "the file is empty" },
        { "RS256", new string('x', 70_000), "at most 65536" },
        { "RS256", "hello", "needs a public key" },
        { "RS256", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "no RSA public key can be read" },
        { "RS256", TokenIssuer.P256.ExportSubjectPublicKeyInfoPem(), "no RSA public key can be read" },
        { "ES256", TokenIssuer.Rsa.ExportSubjectPublicKeyInfoPem(), "no elliptic-curve public key" },
        { "ES256", TokenIssuer.P384.ExportSubjectPublicKeyInfoPem(), "belongs to ES384, not ES256" },
        { "RS256", TokenIssuer.Rsa.ExportPkcs8PrivateKeyPem(), "openssl pkey -in KEY -pubout" },
        { "ES256", TokenIssuer.P256.ExportECPrivateKeyPem(), "private key" },
        { "HS256", TokenIssuer.Rsa.ExportSubjectPublicKeyInfoPem(), "a secret that only issuer and verifier know" },
        { "HS256", new string('s', 31), "at least 32" },
        { "HS384", new string('s', 47), "at least 48" },
        { "HS512", new string('s', 63), "at least 64" },
        { "HS256", "base64:%%%%", "is not base64" },
        { "RS256", Rsa1024(), "at least 2048" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void ABadFileIsOneErrorThatNamesFileAndMend(string algorithm, string content, string message)
    {
        Assert.Null(JwtKeySet.Load([new("/etc/keys/a.key", Encoding.UTF8.GetBytes(content), algorithm)], null, out IReadOnlyList<DescriptorFileError> errors));
        DescriptorFileError error = Assert.Single(errors);
        Assert.Equal("/etc/keys/a.key", error.File);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sssss", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is not a JWK set")]
    [InlineData("[]", "no array `keys`")]
    [InlineData("""{"keys":{}}""", "no array `keys`")]
    [InlineData("""{"keys":[]}""", "none of its 0 keys")]
    [InlineData("""{"keys":[],"keys":[]}""", "is not a JWK set")]
    [InlineData("""{"keys":[{"kty":"OKP"}]}""", "none of its 1 keys")]
    [InlineData("""{"keys":[{"kty":"RSA","e":"AQAB"}]}""", "keys[0]: `n` is missing")]
    [InlineData("""{"keys":[{"kty":"RSA","n":"a b","e":"AQAB"}]}""", "`n` is missing or not base64url")]
    [InlineData("""{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}""", "keys[0]: the ")]
    [InlineData("""{"keys":[{"kty":"RSA","d":"AA","n":"AQAB","e":"AQAB"}]}""", "private part `d`")]
    [InlineData("""{"keys":[{"kty":"RSA","alg":"HS256","n":"AQAB","e":"AQAB"}]}""", "which a key of type RSA cannot have")]
    [InlineData("""{"keys":[{"kty":"oct","alg":"RS256","k":"AQAB"}]}""", "which a key of type oct cannot have")]
    [InlineData("""{"keys":[{"kty":"oct","k":"AQAB"}]}""", "at least 32")]
    [InlineData("""{"keys":[{"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"}]}""", "not those of a key of type EC")]
    [InlineData("""{"keys":[{"kty":"oct","k":"\ud800"}]}""", "is not a JWK set")]
    public void ABadJwkSetIsOneError(string json, string message)
    {
        Assert.Null(LoadJwks(json, out IReadOnlyList<DescriptorFileError> errors));
        Assert.Contains(message, Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoKeysOfOneNameAreRefusedAndTooManyToo()
    {
        Assert.Null(JwtKeySet.Load([TokenIssuer.KeyFor("RS256", "a"), TokenIssuer.KeyFor("RS256", "a")], null, out var errors));
        Assert.Contains("the kid `a` is also that of", Assert.Single(errors).Message, StringComparison.Ordinal);
        Assert.NotNull(JwtKeySet.Load([TokenIssuer.KeyFor("RS256", "a"), TokenIssuer.KeyFor("ES256", "a")], null, out _));
        Assert.Null(JwtKeySet.Load([.. Enumerable.Range(0, 65).Select(i => TokenIssuer.KeyFor("ES256", $"{i}"))], null, out errors));
        Assert.Contains("at most 64", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AllMistakesAreTold()
    {
        Assert.Null(JwtKeySet.Load([new("a", default, "RS256"), TokenIssuer.KeyFor("RS256"), new("b", default, "none")], new("c", "{}"u8.ToArray()), out var errors));
        Assert.Equal(["a", "b", "c"], errors.Select(error => error.File));
    }

    [Fact]
    public void TheFingerprintIsThatOfTheKeysNotOfTheirFiles()
    {
        JwtKeySource rsa = TokenIssuer.KeyFor("RS512", "r"), secret = TokenIssuer.KeyFor("HS256", "h");
        string expected = Print(TokenIssuer.Keys(rsa, secret));
        Assert.Equal(expected, Print(TokenIssuer.Keys(secret, rsa with { File = "other.pem", Content = Encoding.ASCII.GetBytes(TokenIssuer.Rsa.ExportRSAPublicKeyPem()) })));
        JwtKeySet? fromSet = JwtKeySet.Load([secret], new("set", Encoding.UTF8.GetBytes(Jwks(RsaJwk("\"alg\":\"RS512\",\"kid\":\"r\"")))), out _);
        Assert.Equal(expected, Print(fromSet!));

        Assert.NotEqual(expected, Print(TokenIssuer.Keys(rsa)));
        Assert.NotEqual(expected, Print(TokenIssuer.Keys(rsa with { KeyId = "s" }, secret)));
        Assert.NotEqual(expected, Print(TokenIssuer.Keys(rsa with { Algorithm = "RS256" }, secret)));
        Assert.NotEqual(expected, Print(TokenIssuer.Keys(rsa, secret with { Content = Encoding.ASCII.GetBytes(new string('x', 64)) })));
        Assert.NotEqual(Print(JwtKeySet.Empty), expected);
        Assert.Equal(32, JwtKeySet.Empty.Fingerprint.Length);
    }

    private static string Print(JwtKeySet keys) => Convert.ToHexString(keys.Fingerprint.Span);

    private static void AssertVerifies(string algorithm, string content) => AssertVerifies(algorithm, Encoding.ASCII.GetBytes(content), TokenIssuer.Token(algorithm, Payload));

    private static void AssertVerifies(string algorithm, byte[] content, string token)
    {
        using TokenLane lane = TokenLane.Of(TokenIssuer.Keys(new JwtKeySource("file", content, algorithm)), "sub");
        Assert.Equal("alice", lane.Claim(token, "sub"));
    }

    private static JwtKeySet? LoadJwks(string json, out IReadOnlyList<DescriptorFileError> errors) =>
        JwtKeySet.Load([], new JwtKeySource("jwks.json", Encoding.UTF8.GetBytes(json)), out errors);

    private static string Jwks(params string[] keys) => $$"""{"keys":[{{string.Join(',', keys)}}]}""";

    private static string RsaJwk(string more)
    {
        RSAParameters key = TokenIssuer.Rsa.ExportParameters(false);
        return $$"""{"kty":"RSA",{{more}},"n":"{{TokenIssuer.Encode(key.Modulus)}}","e":"{{TokenIssuer.Encode(key.Exponent)}}"}""";
    }

    private static string Rsa1024()
    {
        using RSA weak = RSA.Create(1024);
        return weak.ExportSubjectPublicKeyInfoPem();
    }
}
