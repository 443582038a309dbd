using System.Text;

namespace Appliance.Limiter.Tokens;

/// <summary>Finds the token in an Authorization header (RFC 6750 section 2.1).</summary>
internal static class BearerToken
{
    /// <summary>
    /// False when the header speaks of another scheme, or of nothing. The scheme's name has any case (RFC 9110 section 11.1); a Bearer header without a token
    /// brings an empty one.
    /// </summary>
    public static bool TryFind(ReadOnlySpan<byte> authorization, out ReadOnlySpan<byte> token)
    {
        token = default;
        ReadOnlySpan<byte> scheme = "Bearer"u8;
        if (authorization.Length < scheme.Length || !Ascii.EqualsIgnoreCase(authorization[..scheme.Length], scheme)) return false;
        token = authorization[scheme.Length..];
        if (token.IsEmpty) return true;
        if (token[0] != (byte)' ') return false;
        token = token.Trim((byte)' ');
        return true;
    }
}
