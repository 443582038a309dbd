using System.Buffers.Binary;

namespace Appliance.Vrrp.Wire;

/// <summary>An IP packet taken apart: header fields and the message behind them.</summary>
internal readonly ref struct VrrpPacket
{
    public bool Ip6 { get; init; }

    /// <summary>TTL or hop limit.</summary>
    public byte Ttl { get; init; }

    public byte Protocol { get; init; }

    public UInt128 Source { get; init; }

    public UInt128 Destination { get; init; }

    public ReadOnlySpan<byte> Message { get; init; }

    /// <summary>What the pseudo-header adds to the checksum.</summary>
    public uint PseudoSum => Ip6
        ? InternetChecksum.PseudoHeader6(Source, Destination, VrrpWire.Protocol, Message.Length)
        : InternetChecksum.PseudoHeader((uint)Source, (uint)Destination, VrrpWire.Protocol, Message.Length);

    /// <summary>False: no whole IP header, or its lengths do not fit the packet.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> packet, out VrrpPacket opened)
    {
        opened = default;
        if (packet.IsEmpty) return false;
        return (packet[0] >> 4) switch
        {
            4 => TryOpen4(packet, out opened),
            6 => TryOpen6(packet, out opened),
            _ => false,
        };
    }

    private static bool TryOpen4(ReadOnlySpan<byte> packet, out VrrpPacket opened)
    {
        opened = default;
        if (packet.Length < VrrpWire.IpHeaderBytes) return false;
        int headerBytes = (packet[0] & 15) * 4;
        int totalBytes = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (headerBytes < VrrpWire.IpHeaderBytes || totalBytes < headerBytes || totalBytes > packet.Length) return false;
        opened = new VrrpPacket
        {
            Ttl = packet[8],
            Protocol = packet[9],
            Source = BinaryPrimitives.ReadUInt32BigEndian(packet[12..]),
            Destination = BinaryPrimitives.ReadUInt32BigEndian(packet[16..]),
            Message = packet[headerBytes..totalBytes],
        };
        return true;
    }

    private static bool TryOpen6(ReadOnlySpan<byte> packet, out VrrpPacket opened)
    {
        opened = default;
        if (packet.Length < VrrpWire.IpHeaderBytes6) return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        if (length > packet.Length - VrrpWire.IpHeaderBytes6) return false;
        opened = new VrrpPacket
        {
            Ip6 = true,
            Ttl = packet[7],
            Protocol = packet[6],
            Source = BinaryPrimitives.ReadUInt128BigEndian(packet[8..]),
            Destination = BinaryPrimitives.ReadUInt128BigEndian(packet[24..]),
            Message = packet.Slice(VrrpWire.IpHeaderBytes6, length),
        };
        return true;
    }
}
