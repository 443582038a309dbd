using System.Text;

namespace Appliance.Limiter.DebugSessions;

/// <summary>The cookie that carries a debug session in a browser (RFC 6265; policies.md part B 3.5).</summary>
public static class DebugCookie
{
    /// <summary>The cookie's name.</summary>
    public const string Name = "fv_dbg";

    private static ReadOnlySpan<byte> Pair => "fv_dbg="u8;

    /// <summary>The value of Set-Cookie for a session; for logins, so it allocates.</summary>
    /// <param name="value">As minted.</param>
    public static string SetCookie(ReadOnlySpan<byte> value) =>
        $"{Name}={Encoding.ASCII.GetString(value)}; Path=/; Max-Age={DebugSessionKey.LifetimeSeconds}; HttpOnly; Secure; SameSite=Strict";

    /// <summary>The value of Set-Cookie that makes a browser forget the session. The value itself stays valid until it expires.</summary>
    public static string Cleared { get; } = $"{Name}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict";

    /// <summary>The session's value in a Cookie header, the first if there are several. Allocates nothing.</summary>
    /// <param name="cookies">The header's value (RFC 6265 section 4.2.1).</param>
    /// <param name="value">Not verified.</param>
    public static bool TryFind(ReadOnlySpan<byte> cookies, out ReadOnlySpan<byte> value)
    {
        while (!cookies.IsEmpty)
        {
            int end = cookies.IndexOf((byte)';');
            ReadOnlySpan<byte> cookie = (end < 0 ? cookies : cookies[..end]).Trim(" \t"u8);
            cookies = end < 0 ? default : cookies[(end + 1)..];
            if (!cookie.StartsWith(Pair)) continue;
            value = cookie[Pair.Length..];
            return true;
        }

        value = default;
        return false;
    }
}
