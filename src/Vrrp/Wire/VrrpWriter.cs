using System.Buffers.Binary;

namespace Appliance.Vrrp.Wire;

/// <summary>Writes adverts. The sender's values are its own and validated at start, so nothing here can fail.</summary>
internal static class VrrpWriter
{
    /// <summary>The VRRP message alone.</summary>
    /// <returns>Its length.</returns>
    public static int WriteMessage(Span<byte> to, in VrrpAdvert advert)
    {
        int length = VrrpWire.HeaderBytes + advert.Addresses.Length;
        to[0] = VrrpWire.VersionAndType;
        to[1] = advert.RouterId;
        to[2] = advert.Priority;
        to[3] = (byte)(advert.Addresses.Length / VrrpWire.AddressBytes);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)advert.IntervalCs);
        to[6] = 0;
        to[7] = 0;
        advert.Addresses.CopyTo(to[VrrpWire.HeaderBytes..]);
        uint start = advert.Checksum == VrrpChecksum.PseudoHeader
            ? InternetChecksum.PseudoHeader(advert.Source, advert.Destination, VrrpWire.Protocol, length)
            : 0;
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], InternetChecksum.Fold(InternetChecksum.Sum(to[..length], start)));
        return length;
    }

    /// <summary>IPv4 header and message, for a socket with IP_HDRINCL; the kernel fills in id and header checksum.</summary>
    /// <returns>Its length.</returns>
    public static int WritePacket(Span<byte> to, in VrrpAdvert advert)
    {
        int length = VrrpWire.IpHeaderBytes + WriteMessage(to[VrrpWire.IpHeaderBytes..], advert);
        to[..VrrpWire.IpHeaderBytes].Clear();
        to[0] = 0x45;
        to[1] = 0xc0; // internetwork control: routers and queues treat it as routing traffic
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)length);
        to[8] = VrrpWire.Ttl;
        to[9] = VrrpWire.Protocol;
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], advert.Source);
        BinaryPrimitives.WriteUInt32BigEndian(to[16..], advert.Destination);
        BinaryPrimitives.WriteUInt16BigEndian(to[10..], InternetChecksum.Fold(InternetChecksum.Sum(to[..VrrpWire.IpHeaderBytes])));
        return length;
    }
}
