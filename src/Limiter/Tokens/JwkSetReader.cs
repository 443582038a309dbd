using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// A JWK set (RFC 7517 section 5). Keys that are not for verifying, or of a type or algorithm that we do not verify, are passed over as section 5
/// asks; a key of ours that is broken is a mistake.
/// </summary>
internal static class JwkSetReader
{
    private const int MaxBytes = 1024 * 1024;
    private const int MaxDepth = 8;

    public static void Read(JwtKeySource source, KeyFindings findings)
    {
        if (source.Content.Length > MaxBytes)
        {
            findings.Error(source.File, $"the file has {source.Content.Length} bytes; a JWK set has at most {MaxBytes}");
            return;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(source.Content, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            ReadKeys(document.RootElement, source.File, findings);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is no UTF-8 or holds half of a surrogate pair.
            findings.Error(source.File, "the file is not a JWK set: write the JSON of the issuer's jwks_uri into it");
        }
    }

    private static void ReadKeys(JsonElement root, string file, KeyFindings findings)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("keys", out JsonElement keys) || keys.ValueKind != JsonValueKind.Array)
        {
            findings.Error(file, "the file is not a JWK set: it has no array `keys` (RFC 7517 section 5)");
            return;
        }

        int before = findings.Keys.Count + findings.Errors.Count;
        int index = 0;
        foreach (JsonElement jwk in keys.EnumerateArray())
        {
            string? mistake = null;
            JwtKey? key = jwk.ValueKind == JsonValueKind.Object ? ReadKey(jwk, out mistake) : null;
            if (mistake is not null) findings.Error(file, $"keys[{index}]: {mistake}");
            else if (key is not null) findings.Add(key, file);
            index++;
        }

        if (findings.Keys.Count + findings.Errors.Count == before) findings.Error(file, $"none of its {index} keys is one that we can verify with: {JwtAlgorithmNames.All}");
    }

    /// <summary>Null without a mistake: not a key for us.</summary>
    private static JwtKey? ReadKey(JsonElement jwk, out string? mistake)
    {
        mistake = null;
        string type = Text(jwk, "kty");
        JwtAlgorithms family = type switch
        {
            "RSA" => JwtAlgorithms.AnyRsa,
            "oct" => JwtAlgorithms.AnySecret,
            "EC" => JwtAlgorithms.ES256 | JwtAlgorithms.ES384,
            _ => JwtAlgorithms.None,
        };
        JwtAlgorithms named = jwk.TryGetProperty("alg", out _) ? JwtAlgorithmNames.Parse(Encoding.UTF8.GetBytes(Text(jwk, "alg"))) : family;
        if (family == JwtAlgorithms.None || named == JwtAlgorithms.None || (jwk.TryGetProperty("use", out _) && Text(jwk, "use") != "sig")) return null;
        if ((named & family) == 0) mistake = $"`alg` is {named}, which a key of type {type} cannot have";
        else if (type != "oct" && jwk.TryGetProperty("d", out _)) mistake = "it holds the private part `d`, which only the issuer should have: publish the key without it";
        if (mistake is not null) return null;

        byte[] keyId = Encoding.UTF8.GetBytes(Text(jwk, "kid"));
        try
        {
            return type switch
            {
                "RSA" => Rsa(jwk, named, keyId, out mistake),
                "EC" => EllipticCurve(jwk, named, keyId, out mistake),
                _ => Secret(jwk, named, keyId, out mistake),
            };
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            mistake = $"the numbers are not those of a key of type {type}";
            return null;
        }
    }

    private static JwtKey? Rsa(JsonElement jwk, JwtAlgorithms algorithms, byte[] keyId, out string? mistake)
    {
        if (!TryBytes(jwk, "n", out byte[] modulus, out mistake) || !TryBytes(jwk, "e", out byte[] exponent, out mistake)) return null;
        using RSA rsa = RSA.Create();
        rsa.ImportParameters(new RSAParameters { Modulus = modulus, Exponent = exponent });
        return KeyFactory.Rsa(rsa, algorithms, keyId, out mistake);
    }

    private static JwtKey? EllipticCurve(JsonElement jwk, JwtAlgorithms algorithms, byte[] keyId, out string? mistake)
    {
        ECCurve? curve = Text(jwk, "crv") switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            _ => null,
        };
        mistake = null;
        // Another curve is an algorithm of others (ES512, ES256K), unless the key claims to be for one of ours.
        if (curve is null && jwk.TryGetProperty("alg", out _)) mistake = "`crv` is neither P-256 (ES256) nor P-384 (ES384)";
        if (curve is null || !TryBytes(jwk, "x", out byte[] x, out mistake) || !TryBytes(jwk, "y", out byte[] y, out mistake)) return null;
        using ECDsa key = ECDsa.Create();
        key.ImportParameters(new ECParameters { Curve = curve.Value, Q = new ECPoint { X = x, Y = y } });
        return KeyFactory.EllipticCurve(key, jwk.TryGetProperty("alg", out _) ? algorithms : JwtAlgorithms.None, keyId, out mistake);
    }

    private static JwtKey? Secret(JsonElement jwk, JwtAlgorithms algorithms, byte[] keyId, out string? mistake) =>
        TryBytes(jwk, "k", out byte[] secret, out mistake) ? KeyFactory.Secret(secret, algorithms, keyId, out mistake) : null;

    private static string Text(JsonElement jwk, string name) =>
        jwk.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool TryBytes(JsonElement jwk, string name, out byte[] bytes, out string? mistake)
    {
        byte[] text = Encoding.UTF8.GetBytes(Text(jwk, name));
        byte[] room = new byte[text.Length];
        bool good = Base64UrlText.TryDecode(text, room, out int written) && written > 0;
        bytes = good ? room[..written] : [];
        mistake = good ? null : $"`{name}` is missing or not base64url (RFC 7518 section 6)";
        return good;
    }
}
