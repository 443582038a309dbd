namespace Appliance.Limiter.Tokens;

/// <summary>Signature algorithms of RFC 7518 section 3.1 that we verify; a key holds the set of those that it may be used with.</summary>
[Flags]
internal enum JwtAlgorithms
{
    None = 0,
    HS256 = 1,
    HS384 = 2,
    HS512 = 4,
    RS256 = 8,
    RS384 = 16,
    RS512 = 32,
    PS256 = 64,
    ES256 = 128,
    ES384 = 256,

    /// <summary>What an octet key may be used with.</summary>
    AnySecret = HS256 | HS384 | HS512,

    /// <summary>What an RSA key may be used with.</summary>
    AnyRsa = RS256 | RS384 | RS512 | PS256,
}
