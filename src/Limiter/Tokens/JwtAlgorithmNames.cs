namespace Appliance.Limiter.Tokens;

/// <summary>The names of RFC 7518 section 3.1, case-sensitive as JOSE is.</summary>
internal static class JwtAlgorithmNames
{
    public const string All = "HS256, HS384, HS512, RS256, RS384, RS512, PS256, ES256, ES384";

    /// <summary>None for `none` and for everything else that we do not verify.</summary>
    public static JwtAlgorithms Parse(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("HS256"u8)) return JwtAlgorithms.HS256;
        if (name.SequenceEqual("RS256"u8)) return JwtAlgorithms.RS256;
        if (name.SequenceEqual("ES256"u8)) return JwtAlgorithms.ES256;
        if (name.SequenceEqual("PS256"u8)) return JwtAlgorithms.PS256;
        if (name.SequenceEqual("HS384"u8)) return JwtAlgorithms.HS384;
        if (name.SequenceEqual("HS512"u8)) return JwtAlgorithms.HS512;
        if (name.SequenceEqual("RS384"u8)) return JwtAlgorithms.RS384;
        if (name.SequenceEqual("RS512"u8)) return JwtAlgorithms.RS512;
        return name.SequenceEqual("ES384"u8) ? JwtAlgorithms.ES384 : JwtAlgorithms.None;
    }
}
