using System.Buffers.Binary;

namespace Appliance.Vrrp.Addresses;

/// <summary>
/// An ARP packet over Ethernet with IPv4 (RFC 826), Ethernet header included. Announcements are broadcast requests: Linux ignores a
/// gratuitous reply for a second unless its target MAC repeats the sender's.
/// </summary>
internal readonly record struct ArpFrame(ushort Operation, ulong SenderMac, uint SenderAddress, uint TargetAddress)
{
    public const int Bytes = 42;
    public const ushort Request = 1;
    public const ushort Reply = 2;

    public Sighting Seen => new(SenderMac, SenderAddress);

    /// <summary>"ADDRESS is at MAC", to everybody.</summary>
    public static void WriteAnnouncement(Span<byte> to, ulong mac, uint address) => WriteRequest(to, mac, address, address);

    public static void WriteRequest(Span<byte> to, ulong mac, uint from, uint asked)
    {
        MacNumber.Write(to, MacNumber.Broadcast);
        MacNumber.Write(to[6..], mac);
        BinaryPrimitives.WriteUInt16BigEndian(to[12..], 0x0806);
        BinaryPrimitives.WriteUInt16BigEndian(to[14..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(to[16..], 0x0800);
        to[18] = 6;
        to[19] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(to[20..], Request);
        MacNumber.Write(to[22..], mac);
        BinaryPrimitives.WriteUInt32BigEndian(to[28..], from);
        to.Slice(32, 6).Clear();
        BinaryPrimitives.WriteUInt32BigEndian(to[38..], asked);
    }

    /// <summary>False: not such a packet.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out ArpFrame frame)
    {
        frame = default;
        if (from.Length < Bytes || BinaryPrimitives.ReadUInt16BigEndian(from[12..]) != 0x0806) return false;
        if (BinaryPrimitives.ReadUInt16BigEndian(from[14..]) != 1 || BinaryPrimitives.ReadUInt16BigEndian(from[16..]) != 0x0800) return false;
        if (from[18] != 6 || from[19] != 4) return false;
        frame = new ArpFrame(
            BinaryPrimitives.ReadUInt16BigEndian(from[20..]),
            MacNumber.Read(from[22..]),
            BinaryPrimitives.ReadUInt32BigEndian(from[28..]),
            BinaryPrimitives.ReadUInt32BigEndian(from[38..]));
        return true;
    }
}
