using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>Recognises field names, whatever their case (RFC 9110 section 5.1).</summary>
internal static class HeaderNames
{
    /// <summary>
    /// The name's meaning to us. The switch on the length sends most names away after one comparison. What a proxy claims about a client is
    /// recognised with '_' for '-' too: servers that hand headers on as variables (CGI, WSGI) cannot tell the two apart.
    /// </summary>
    internal static KnownHeader Identify(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when Is(name, "te"u8) => KnownHeader.Te,
        4 when Is(name, "host"u8) => KnownHeader.Host,
        6 when Is(name, "accept"u8) => KnownHeader.Accept,
        6 when Is(name, "expect"u8) => KnownHeader.Expect,
        7 when Is(name, "upgrade"u8) => KnownHeader.Upgrade,
        9 when Is(name, "forwarded"u8) => KnownHeader.Forwarded,
        10 when Is(name, "connection"u8) => KnownHeader.Connection,
        10 when Is(name, "keep-alive"u8) => KnownHeader.KeepAlive,
        12 when Loosely(name, "x-request-id"u8) => KnownHeader.RequestId,
        14 when Is(name, "content-length"u8) => KnownHeader.ContentLength,
        15 when Loosely(name, "x-forwarded-for"u8) => KnownHeader.ForwardedFor,
        15 when Is(name, "accept-encoding"u8) => KnownHeader.AcceptEncoding,
        16 when Loosely(name, "x-forwarded-host"u8) => KnownHeader.ForwardedHost,
        16 when Is(name, "proxy-connection"u8) => KnownHeader.ProxyConnection,
        17 when Is(name, "transfer-encoding"u8) => KnownHeader.TransferEncoding,
        17 when Loosely(name, "x-forwarded-proto"u8) => KnownHeader.ForwardedProto,
        _ => KnownHeader.Other,
    };

    /// <summary>Fields that must not stand in a trailer, besides those that <see cref="Identify"/> knows; none is longer than 20 bytes.</summary>
    internal static bool IsForbiddenTrailer(ReadOnlySpan<byte> name) => name.Length switch
    {
        6 => Is(name, "cookie"u8),
        7 => Is(name, "trailer"u8),
        10 => Is(name, "set-cookie"u8),
        12 => Is(name, "content-type"u8) || Is(name, "max-forwards"u8),
        13 => Is(name, "authorization"u8) || Is(name, "content-range"u8) || Is(name, "cache-control"u8),
        16 => Is(name, "www-authenticate"u8) || Is(name, "content-encoding"u8),
        18 => Is(name, "proxy-authenticate"u8),
        19 => Is(name, "proxy-authorization"u8),
        _ => false,
    };

    /// <summary>Equality with a lower-case name, '-' and '_' being the same (policies.md part B section 1.5).</summary>
    internal static bool Loosely(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lowerCase)
    {
        if (name.Length != lowerCase.Length) return false;
        for (int i = 0; i < name.Length; i++)
        {
            if (Fold(name[i]) != Fold(lowerCase[i])) return false;
        }

        return true;
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lowerCase) => Ascii.EqualsIgnoreCase(name, lowerCase);

    /// <summary>Lower case, and '-' for '_'.</summary>
    internal static byte Fold(byte b) => b switch
    {
        >= (byte)'A' and <= (byte)'Z' => (byte)(b | 0x20),
        (byte)'_' => (byte)'-',
        _ => b,
    };
}
