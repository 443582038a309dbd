using System.Buffers.Binary;

namespace Appliance.Vrrp.Wire;

/// <summary>Reads an advert as a raw socket delivers it, IPv4 header first. Any bytes give a value or a reason, never an exception.</summary>
internal static class VrrpReader
{
    /// <param name="packet">From the first byte of the IPv4 header.</param>
    /// <param name="expected">What is acceptable here.</param>
    /// <param name="interfaceIndex">Where it arrived; 0: not known.</param>
    /// <param name="advert">The advert when the result is None.</param>
    public static RejectReason Read(ReadOnlySpan<byte> packet, VrrpExpectation expected, int interfaceIndex, out VrrpAdvert advert)
    {
        advert = default;
        if (packet.Length < VrrpWire.IpHeaderBytes || packet[0] >> 4 != 4) return RejectReason.BadIpHeader;
        int headerBytes = (packet[0] & 15) * 4;
        int totalBytes = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (headerBytes < VrrpWire.IpHeaderBytes || totalBytes < headerBytes || totalBytes > packet.Length) return RejectReason.BadIpHeader;
        if (packet[9] != VrrpWire.Protocol) return RejectReason.WrongProtocol;
        uint source = BinaryPrimitives.ReadUInt32BigEndian(packet[12..]);
        uint destination = BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
        RejectReason origin = CheckOrigin(source, destination, packet[8], expected, interfaceIndex);
        return origin != RejectReason.None ? origin : ReadMessage(packet[headerBytes..totalBytes], source, destination, expected.RouterId, out advert);
    }

    /// <summary>The router id a packet claims to be for; 0: too short to say.</summary>
    public static byte PeekRouterId(ReadOnlySpan<byte> packet)
    {
        int at = packet.IsEmpty ? 0 : ((packet[0] & 15) * 4) + 1;
        return at > 0 && at < packet.Length ? packet[at] : (byte)0;
    }

    /// <summary>The message alone.</summary>
    public static RejectReason ReadMessage(ReadOnlySpan<byte> message, uint source, uint destination, byte routerId, out VrrpAdvert advert)
    {
        advert = default;
        if (message.Length < VrrpWire.HeaderBytes) return RejectReason.Truncated;
        if (message[0] >> 4 != 3) return RejectReason.WrongVersion;
        if ((message[0] & 15) != 1) return RejectReason.WrongType;
        int addressBytes = message[3] * VrrpWire.AddressBytes;
        if (message.Length < VrrpWire.HeaderBytes + addressBytes) return RejectReason.Truncated;
        if (CheckSum(message, source, destination) is not { } checksum) return RejectReason.BadChecksum;
        if (message[1] != routerId) return RejectReason.UnknownRouterId;
        if (addressBytes == 0) return RejectReason.NoAddresses;
        int intervalCs = BinaryPrimitives.ReadUInt16BigEndian(message[4..]) & 0x0fff; // the upper nibble is reserved: ignored
        if (intervalCs == 0) return RejectReason.ZeroInterval;
        advert = new VrrpAdvert
        {
            RouterId = message[1],
            Priority = message[2],
            IntervalCs = intervalCs,
            Source = source,
            Destination = destination,
            Addresses = message.Slice(VrrpWire.HeaderBytes, addressBytes),
            Checksum = checksum,
        };
        return RejectReason.None;
    }

    private static RejectReason CheckOrigin(uint source, uint destination, byte ttl, VrrpExpectation expected, int interfaceIndex)
    {
        if (source == expected.OwnAddress) return RejectReason.OwnPacket;
        if (expected.InterfaceIndex != 0 && interfaceIndex != 0 && interfaceIndex != expected.InterfaceIndex) return RejectReason.WrongInterface;
        if (destination == VrrpWire.Group) return ttl == VrrpWire.Ttl ? RejectReason.None : RejectReason.TtlNot255;
        return expected.UnicastPeer == source ? RejectReason.None : RejectReason.UnknownSource;
    }

    /// <summary>The sum over a good message, checksum included, folds to zero.</summary>
    private static VrrpChecksum? CheckSum(ReadOnlySpan<byte> message, uint source, uint destination)
    {
        uint sum = InternetChecksum.Sum(message);
        uint pseudo = InternetChecksum.PseudoHeader(source, destination, VrrpWire.Protocol, message.Length);
        if (InternetChecksum.Fold(sum + pseudo) == 0) return VrrpChecksum.PseudoHeader;
        return InternetChecksum.Fold(sum) == 0 ? VrrpChecksum.Rfc9568 : null;
    }
}
