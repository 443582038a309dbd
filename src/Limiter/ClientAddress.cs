using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Limiter;

/// <summary>
/// A client's IP address as one 128-bit number; IPv4 is held as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so that one comparison and
/// one hash serve both families. A value type: reading, comparing and masking it allocates nothing.
/// </summary>
/// <param name="Bits">The address in host order, the first octet in the highest bits.</param>
public readonly record struct ClientAddress(UInt128 Bits)
{
    private static readonly UInt128 MappedPrefix = new(0, 0xffff_0000_0000UL);

    /// <summary>True for an IPv4 address (also one that arrived mapped on a dual-stack socket).</summary>
    public bool IsIPv4 => (Bits >> 32) == 0xffff;

    /// <summary>From an IPv4 address in host order: 192.0.2.1 is 0xC0000201.</summary>
    public static ClientAddress FromIPv4(uint hostOrder) => new(MappedPrefix | hostOrder);

    /// <summary>From the 16 octets of an IPv6 address in network order.</summary>
    /// <exception cref="ArgumentException">The span is not 16 bytes long.</exception>
    public static ClientAddress FromIPv6(ReadOnlySpan<byte> octets)
    {
        if (octets.Length != 16) throw new ArgumentException("an IPv6 address has 16 octets", nameof(octets));
        return new(BinaryPrimitives.ReadUInt128BigEndian(octets));
    }

    /// <summary>From the framework's address type; scope ids are dropped.</summary>
    public static ClientAddress From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> octets = stackalloc byte[16];
        if (!address.TryWriteBytes(octets, out int written)) throw new ArgumentException("not an IP address", nameof(address));
        return address.AddressFamily == AddressFamily.InterNetwork && written == 4
            ? FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(octets))
            : FromIPv6(octets);
    }

    /// <summary>The framework's address type; allocates, so it is for logs and tests.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, Bits);
        return new IPAddress(IsIPv4 ? octets[12..] : octets);
    }

    /// <summary>Reads dotted-quad or RFC 4291 text without brackets, port or zone. Never throws; allocates for IPv6 only.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ClientAddress address)
    {
        if (text.IndexOf((byte)':') < 0) return TryParseIPv4(text, out address);
        address = default;
        if (text.Length > 45 || text.IndexOf((byte)'%') >= 0 || !IPAddress.TryParse(text, out IPAddress? parsed)) return false;
        address = From(parsed);
        return true;
    }

    /// <summary>Writes the usual text form as ASCII.</summary>
    /// <param name="destination">At least 45 bytes.</param>
    /// <returns>The number of bytes written.</returns>
    public int Format(Span<byte> destination)
    {
        if (!IsIPv4) return FormatIPv6(destination);

        int at = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            int octet = (int)((ulong)Bits >> shift) & 0xff;
            if (octet >= 100) destination[at++] = (byte)('0' + octet / 100);
            if (octet >= 10) destination[at++] = (byte)('0' + octet / 10 % 10);
            destination[at++] = (byte)('0' + octet % 10);
            if (shift > 0) destination[at++] = (byte)'.';
        }

        return at;
    }

    /// <summary>
    /// RFC 5952: groups without leading zeros, the longest run of two or more zero groups as `::`. Addresses below ::/64 may hold an IPv4 address,
    /// which is written in its own form: they are rare, and left to the framework, which allocates.
    /// </summary>
    private int FormatIPv6(Span<byte> destination)
    {
        if (Bits >> 64 == 0)
        {
            ToIPAddress().TryFormat(destination, out int length);
            return length;
        }

        (int runStart, int runEnd) = LongestZeroRun();
        int at = 0;
        for (int group = 0; group < 8; group++)
        {
            if (group == runStart)
            {
                destination[at++] = (byte)':';
                if (runEnd == 8) destination[at++] = (byte)':';
                group = runEnd - 1;
                continue;
            }

            if (group > 0) destination[at++] = (byte)':';
            Group(group).TryFormat(destination[at..], out int digits, "x");
            at += digits;
        }

        return at;
    }

    private (int Start, int End) LongestZeroRun()
    {
        (int Start, int End) best = (-1, -1);
        for (int start = 0; start < 8; start++)
        {
            int end = start;
            while (end < 8 && Group(end) == 0) end++;
            if (end - start > Math.Max(1, best.End - best.Start)) best = (start, end);
        }

        return best;
    }

    private int Group(int index) => (int)(uint)(Bits >> (112 - 16 * index)) & 0xffff;

    /// <inheritdoc/>
    public override string ToString() => ToIPAddress().ToString();

    /// <summary>Four decimal numbers of at most three digits and nothing else: what inet_aton forgives is refused.</summary>
    private static bool TryParseIPv4(ReadOnlySpan<byte> text, out ClientAddress address)
    {
        address = default;
        uint bits = 0;
        for (int octet = 0; octet < 4; octet++)
        {
            int end = octet < 3 ? text.IndexOf((byte)'.') : text.Length;
            if (end is < 1 or > 3) return false;
            uint value = 0;
            foreach (byte digit in text[..end])
            {
                if (digit is < (byte)'0' or > (byte)'9') return false;
                value = value * 10 + (uint)(digit - '0');
            }

            if (value > 255) return false;
            bits = (bits << 8) | value;
            text = octet < 3 ? text[(end + 1)..] : default;
        }

        address = FromIPv4(bits);
        return true;
    }
}
