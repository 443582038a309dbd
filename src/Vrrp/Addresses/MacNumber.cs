using System.Buffers.Binary;

namespace Appliance.Vrrp.Addresses;

/// <summary>MAC addresses as numbers of 48 bits.</summary>
internal static class MacNumber
{
    public const int Bytes = 6;
    public const ulong Broadcast = 0xffff_ffff_ffff;

    /// <summary>Where frames for an IPv4 group go (RFC 1112 section 6.4).</summary>
    public static ulong OfGroup4(uint group) => 0x0100_5e00_0000ul | (group & 0x7f_ffff);

    /// <summary>Where frames for an IPv6 group go (RFC 2464 section 7).</summary>
    public static ulong OfGroup6(UInt128 group) => 0x3333_0000_0000ul | (uint)group;

    public static void Write(Span<byte> to, ulong mac)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(mac >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(to[2..], (uint)mac);
    }

    public static ulong Read(ReadOnlySpan<byte> from) =>
        ((ulong)BinaryPrimitives.ReadUInt16BigEndian(from) << 32) | BinaryPrimitives.ReadUInt32BigEndian(from[2..]);
}
