using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Configuration;

/// <summary>Strict reading of addresses: dotted quads with four parts and no leading zeros, IPv6 without a zone.</summary>
internal static class AddressText
{
    /// <summary>A dotted quad, for editors.</summary>
    public const string IPv4Pattern = "[0-9]{1,3}(?:\\.[0-9]{1,3}){3}";

    /// <summary>An address of either family, for editors.</summary>
    public const string Pattern = "(?:" + IPv4Pattern + "|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)";

    /// <summary>Reads an address; the framework's own reader also takes `127.1`, octal parts and zones, which nobody means here.</summary>
    public static bool TryAddress(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.Length is 0 or > 45 || text.IndexOfAny("%[]/") >= 0 || !IPAddress.TryParse(text, out IPAddress? read)) return false;
        if (IsIPv4(read) && !text.SequenceEqual(read.ToString())) return false;
        address = read;
        return true;
    }

    /// <summary>Reads `192.0.2.1:80` or `[2001:db8::1]:80`; the port is 1..65535.</summary>
    public static bool TryEndPoint(ReadOnlySpan<char> text, [NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = null;
        int colon = text.LastIndexOf(':');
        if (colon < 1 || !TryPort(text[(colon + 1)..], out int port)) return false;
        ReadOnlySpan<char> host = text[..colon];
        bool bracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        if (!TryAddress(bracketed ? host[1..^1] : host, out IPAddress? address) || bracketed == IsIPv4(address)) return false;
        endPoint = new IPEndPoint(address, port);
        return true;
    }

    /// <summary>Reads a port, 1..65535.</summary>
    public static bool TryPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;

    /// <summary>True for IPv4.</summary>
    public static bool IsIPv4(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>True for all-zero addresses.</summary>
    public static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>False for unspecified, multicast, reserved and broadcast addresses.</summary>
    public static bool IsHost(IPAddress address)
    {
        if (IsAny(address) || address.IsIPv6Multicast) return false;
        return !IsIPv4(address) || address.GetAddressBytes()[0] is > 0 and < 224;
    }
}
