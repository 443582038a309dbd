using System.Buffers;
using System.Net;
using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// The host a request is for, in the one form in which it is compared: a name or an IPv4 address of unreserved characters and sub-delims, or an
/// IPv6 address in brackets (RFC 3986 section 3.2.2). Of that grammar two things are refused: percent-encoding, by which one host would have
/// many spellings, and literals of a version to come.
/// </summary>
public static class HostName
{
    /// <summary>The longest host that is accepted, in bytes (RFC 1035 section 2.3.4, rounded up by a trailing dot).</summary>
    public const int MaxLength = 255;

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        "!$&'()*+,-.0123456789;=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"u8);

    private static readonly SearchValues<byte> AddressBytes = SearchValues.Create(".0123456789:ABCDEFabcdef"u8);

    /// <summary>
    /// Lower-cases, drops the port and one trailing dot (policies.md part B section 1.3); an IPv6 literal keeps its brackets. Allocates nothing.
    /// </summary>
    /// <param name="host">The value of Host or the authority of an absolute target, raw.</param>
    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>The number of bytes written; 0 for an empty, overlong or malformed host.</returns>
    public static int Normalize(ReadOnlySpan<byte> host, Span<byte> destination)
    {
        int end = host.Length;
        int colon = host.LastIndexOf((byte)':');
        if (host.Length > 0 && host[0] == '[')
        {
            int bracket = host.IndexOf((byte)']');
            if (bracket < 0 || (bracket + 1 != host.Length && colon != bracket + 1)) return 0;
            end = bracket + 1;
        }
        else if (colon >= 0)
        {
            if (host.IndexOf((byte)':') != colon) return 0;
            end = colon;
        }

        if (end < host.Length && host[(end + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return 0;

        if (end > 0 && host[end - 1] == '.') end--;
        if (end is 0 or > MaxLength || host[end - 1] == '.') return 0;
        ReadOnlySpan<byte> name = host[..end];
        if (name[0] == '[' ? !IsIPv6(name[1..^1]) : name.ContainsAnyExcept(NameBytes)) return 0;
        _ = Ascii.ToLower(name, destination, out int written);
        return written;
    }

    private static bool IsIPv6(ReadOnlySpan<byte> literal) =>
        !literal.ContainsAnyExcept(AddressBytes) && literal.Contains((byte)':') && IPAddress.IsValidUtf8(literal);
}
