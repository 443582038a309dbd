namespace Appliance.Limiter.Tokens;

/// <summary>What a key is; it decides which algorithms can ever be tried with it, whatever a token's header asks for.</summary>
internal enum JwtKeyType
{
    Secret,
    Rsa,
    EllipticCurve,
}
