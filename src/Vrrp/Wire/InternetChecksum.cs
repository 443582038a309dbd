using System.Buffers.Binary;

namespace Appliance.Vrrp.Wire;

/// <summary>The ones' complement sum of RFC 1071.</summary>
internal static class InternetChecksum
{
    /// <summary>Unfolded sum of big-endian words; an odd last byte counts as the upper half.</summary>
    public static uint Sum(ReadOnlySpan<byte> bytes, uint start = 0)
    {
        uint sum = start;
        int i = 0;
        for (; i + 1 < bytes.Length; i += 2) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        if (i < bytes.Length) sum += (uint)bytes[i] << 8;
        return sum;
    }

    /// <summary>The IPv4 pseudo-header: source, destination, protocol, length.</summary>
    public static uint PseudoHeader(uint source, uint destination, byte protocol, int length) =>
        (source >> 16) + (source & 0xffff) + (destination >> 16) + (destination & 0xffff) + protocol + (uint)length;

    /// <summary>The IPv6 pseudo-header (RFC 8200 section 8.1).</summary>
    public static uint PseudoHeader6(UInt128 source, UInt128 destination, byte protocol, int length)
    {
        Span<byte> addresses = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(addresses, source);
        BinaryPrimitives.WriteUInt128BigEndian(addresses[16..], destination);
        return Sum(addresses, protocol + (uint)length);
    }

    public static ushort Fold(uint sum)
    {
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
