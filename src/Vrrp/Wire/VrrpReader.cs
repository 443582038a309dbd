using System.Buffers.Binary;
using Appliance.Vrrp.Addresses;

namespace Appliance.Vrrp.Wire;

/// <summary>Reads an advert from its IP header on, of either family. Any bytes give a value or a reason, never an exception.</summary>
internal static class VrrpReader
{
    /// <param name="packet">From the first byte of the IP header.</param>
    /// <param name="expected">What is acceptable here.</param>
    /// <param name="interfaceIndex">Where it arrived; 0: not known.</param>
    /// <param name="advert">The advert when the result is None.</param>
    public static RejectReason Read(ReadOnlySpan<byte> packet, VrrpExpectation expected, int interfaceIndex, out VrrpAdvert advert)
    {
        advert = default;
        if (!VrrpPacket.TryOpen(packet, out VrrpPacket opened)) return RejectReason.BadIpHeader;
        if (opened.Protocol != VrrpWire.Protocol) return RejectReason.WrongProtocol;
        RejectReason origin = CheckOrigin(opened, expected, interfaceIndex);
        return origin != RejectReason.None ? origin : ReadMessage(opened, expected, out advert);
    }

    /// <summary>The router id a packet claims to be for; 0: too short to say.</summary>
    public static byte PeekRouterId(ReadOnlySpan<byte> packet) =>
        VrrpPacket.TryOpen(packet, out VrrpPacket opened) && opened.Message.Length > 1 ? opened.Message[1] : (byte)0;

    /// <summary>The message alone; its origin is believed.</summary>
    public static RejectReason ReadMessage(scoped in VrrpPacket packet, VrrpExpectation expected, out VrrpAdvert advert)
    {
        advert = default;
        ReadOnlySpan<byte> message = packet.Message;
        if (message.Length < VrrpWire.HeaderBytes) return RejectReason.Truncated;
        if (message[0] >> 4 != 3) return RejectReason.WrongVersion;
        if ((message[0] & 15) != 1) return RejectReason.WrongType;
        int addressBytes = message[3] * (packet.Ip6 ? VrrpWire.AddressBytes6 : VrrpWire.AddressBytes);
        if (message.Length < VrrpWire.HeaderBytes + addressBytes) return RejectReason.Truncated;
        if (CheckSum(packet) is not { } checksum) return RejectReason.BadChecksum;
        if (message[1] != expected.RouterId || !(packet.Ip6 ? expected.Ip6 : expected.Ip4)) return RejectReason.UnknownRouterId;
        if (addressBytes == 0) return RejectReason.NoAddresses;
        int intervalCs = BinaryPrimitives.ReadUInt16BigEndian(message[4..]) & 0x0fff; // the upper nibble is reserved: ignored
        if (intervalCs == 0) return RejectReason.ZeroInterval;
        ReadOnlySpan<byte> addresses = message.Slice(VrrpWire.HeaderBytes, addressBytes);
        if (packet.Ip6 && !AddressNumber.IsLinkLocal(AddressNumber.Read(addresses[..VrrpWire.AddressBytes6]))) return RejectReason.FirstNotLinkLocal;
        advert = new VrrpAdvert
        {
            Ip6 = packet.Ip6,
            RouterId = message[1],
            Priority = message[2],
            IntervalCs = intervalCs,
            Source = packet.Source,
            Destination = packet.Destination,
            Addresses = addresses,
            Checksum = checksum,
        };
        return RejectReason.None;
    }

    private static RejectReason CheckOrigin(in VrrpPacket packet, VrrpExpectation expected, int interfaceIndex)
    {
        if (packet.Source == (packet.Ip6 ? expected.OwnAddress6 : expected.OwnAddress)) return RejectReason.OwnPacket;
        if (expected.InterfaceIndex != 0 && interfaceIndex != 0 && interfaceIndex != expected.InterfaceIndex) return RejectReason.WrongInterface;
        if (expected.UnicastPeer is null && packet.Destination == (packet.Ip6 ? VrrpWire.Group6 : VrrpWire.Group)) return packet.Ttl == VrrpWire.Ttl ? RejectReason.None : RejectReason.TtlNot255;
        return expected.UnicastPeer == packet.Source ? RejectReason.None : RejectReason.UnknownSource;
    }

    /// <summary>The sum over a good message, checksum included, folds to zero. Over IPv6 the pseudo-header is always part of it.</summary>
    private static VrrpChecksum? CheckSum(in VrrpPacket packet)
    {
        uint sum = InternetChecksum.Sum(packet.Message);
        if (InternetChecksum.Fold(sum + packet.PseudoSum) == 0) return VrrpChecksum.PseudoHeader;
        return !packet.Ip6 && InternetChecksum.Fold(sum) == 0 ? VrrpChecksum.Rfc9568 : null;
    }
}
