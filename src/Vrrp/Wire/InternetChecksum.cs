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

    public static ushort Fold(uint sum)
    {
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
