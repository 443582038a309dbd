using System.Buffers.Text;
using Appliance.Limiter;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Layer4;

/// <summary>Version 1: one line of text, `PROXY TCP4 192.0.2.1 198.51.100.2 40000 443` and CRLF.</summary>
internal static class ProxyHeaderV1
{
    /// <summary>The longest line, CRLF included.</summary>
    internal const int MaximumLength = 107;

    /// <summary>How every line begins.</summary>
    internal static ReadOnlySpan<byte> Signature => "PROXY "u8;

    /// <summary>Judges bytes that begin with the signature.</summary>
    internal static ProxyHeader Parse(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> seen = bytes[..Math.Min(bytes.Length, MaximumLength)];
        int end = seen.IndexOf("\r\n"u8);
        if (end < 0) return seen.Length < MaximumLength ? ProxyHeader.Incomplete : ProxyHeader.Refused(ProxyHeaderRefusal.TooLong);
        ReadOnlySpan<byte> rest = seen[Signature.Length..end];
        ReadOnlySpan<byte> protocol = Next(ref rest);
        // What follows UNKNOWN is to be ignored, whatever it is.
        if (protocol.SequenceEqual("UNKNOWN"u8)) return ProxyHeader.OfPeer(end + 2);
        bool four = protocol.SequenceEqual("TCP4"u8);
        if (!four && !protocol.SequenceEqual("TCP6"u8)) return ProxyHeader.Refused(ProxyHeaderRefusal.Family);
        return ParseAddresses(rest, four, end + 2);
    }

    /// <summary>Writes a line; the families of both addresses are made to agree.</summary>
    /// <param name="destination">At least <see cref="MaximumLength"/> bytes.</param>
    /// <param name="source">The client; a Unix socket makes the line say UNKNOWN.</param>
    /// <param name="target">Where it connected to.</param>
    /// <returns>Bytes written.</returns>
    internal static int Write(Span<byte> destination, in SocketAddress source, in SocketAddress target)
    {
        if (!source.IsIp || !target.IsIp) return Put(destination, 0, "PROXY UNKNOWN\r\n"u8);
        ClientAddress from = source.ToClientAddress(), to = target.ToClientAddress();
        bool four = from.IsIPv4 && to.IsIPv4;
        int at = Put(destination, 0, four ? "PROXY TCP4 "u8 : "PROXY TCP6 "u8);
        at += FormatAs(from, four, destination[at..]);
        destination[at++] = (byte)' ';
        at += FormatAs(to, four, destination[at..]);
        destination[at++] = (byte)' ';
        at += FormatPort(source.Port, destination[at..]);
        destination[at++] = (byte)' ';
        at += FormatPort(target.Port, destination[at..]);
        return Put(destination, at, "\r\n"u8);
    }

    private static ProxyHeader ParseAddresses(ReadOnlySpan<byte> rest, bool four, int length)
    {
        ReadOnlySpan<byte> source = Next(ref rest), target = Next(ref rest), sourcePort = Next(ref rest), targetPort = Next(ref rest);
        if (!rest.IsEmpty || source.IsEmpty || target.IsEmpty || sourcePort.IsEmpty || targetPort.IsEmpty)
        {
            return ProxyHeader.Refused(ProxyHeaderRefusal.Line);
        }

        if (!TryAddress(source, four, out ClientAddress client) || !TryAddress(target, four, out _)
            || !TryPort(sourcePort, out int port) || !TryPort(targetPort, out _))
        {
            return ProxyHeader.Refused(ProxyHeaderRefusal.Address);
        }

        return ProxyHeader.Of(length, SocketAddress.From(client, port));
    }

    /// <summary>Up to the next space, which is taken too; a trailing space leaves an empty field, and so do two in a row.</summary>
    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        int space = rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> field = space < 0 ? rest : rest[..space];
        // A space with nothing behind it is kept as the rest, so that the line is seen to be too long.
        rest = space < 0 ? default : space + 1 < rest.Length ? rest[(space + 1)..] : rest[space..];
        return field;
    }

    private static bool TryAddress(ReadOnlySpan<byte> text, bool four, out ClientAddress address)
    {
        address = default;
        // The text form only: no brackets, ports, zones or anything else that a general parser forgives.
        foreach (byte b in text)
        {
            bool allowed = b is >= (byte)'0' and <= (byte)'9' or (byte)'.'
                || (!four && b is (byte)':' or >= (byte)'a' and <= (byte)'f' or >= (byte)'A' and <= (byte)'F');
            if (!allowed) return false;
        }

        bool hasColon = text.IndexOf((byte)':') >= 0;
        if (hasColon == four || !ClientAddress.TryParse(text, out address)) return false;
        if (!four) return true;
        // Leading zeros mean octal to some.
        Span<byte> canonical = stackalloc byte[45];
        return text.SequenceEqual(canonical[..address.Format(canonical)]);
    }

    private static bool TryPort(ReadOnlySpan<byte> text, out int port)
    {
        port = 0;
        if (text.Length > 5 || text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0 || (text.Length > 1 && text[0] == '0')) return false;
        return Utf8Parser.TryParse(text, out port, out _) && port <= 65535;
    }

    /// <summary>IPv6 as eight groups: never longer than 39 bytes, unlike the mixed forms.</summary>
    private static int FormatAs(ClientAddress address, bool four, Span<byte> destination)
    {
        if (four) return address.Format(destination);
        int at = 0;
        for (int shift = 112; shift >= 0; shift -= 16)
        {
            ((ushort)(address.Bits >> shift)).TryFormat(destination[at..], out int digits, "x");
            at += digits;
            if (shift > 0) destination[at++] = (byte)':';
        }

        return at;
    }

    private static int FormatPort(int port, Span<byte> destination)
    {
        port.TryFormat(destination, out int digits);
        return digits;
    }

    private static int Put(Span<byte> destination, int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(destination[at..]);
        return at + text.Length;
    }
}
