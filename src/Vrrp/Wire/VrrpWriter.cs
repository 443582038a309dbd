using System.Buffers.Binary;

namespace Appliance.Vrrp.Wire;

/// <summary>Writes adverts of either family. The sender's values are its own and validated at start, so nothing here can fail.</summary>
internal static class VrrpWriter
{
    private const byte InternetworkControl = 0xc0; // routers and queues treat it as routing traffic

    /// <summary>The VRRP message alone.</summary>
    /// <returns>Its length.</returns>
    public static int WriteMessage(Span<byte> to, in VrrpAdvert advert)
    {
        int length = VrrpWire.HeaderBytes + advert.Addresses.Length;
        to[0] = VrrpWire.VersionAndType;
        to[1] = advert.RouterId;
        to[2] = advert.Priority;
        to[3] = (byte)(advert.Addresses.Length / advert.AddressBytes);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)advert.IntervalCs);
        to[6] = 0;
        to[7] = 0;
        advert.Addresses.CopyTo(to[VrrpWire.HeaderBytes..]);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], InternetChecksum.Fold(InternetChecksum.Sum(to[..length], PseudoSum(advert, length))));
        return length;
    }

    /// <summary>IP header and message, for a socket that leaves the header to us; of IPv4 the kernel fills in id and header checksum.</summary>
    /// <returns>Its length.</returns>
    public static int WritePacket(Span<byte> to, in VrrpAdvert advert)
    {
        int header = advert.Ip6 ? VrrpWire.IpHeaderBytes6 : VrrpWire.IpHeaderBytes;
        int length = WriteMessage(to[header..], advert);
        to[..header].Clear();
        if (advert.Ip6) WriteHeader6(to, advert, length);
        else WriteHeader4(to, advert, header + length);
        return header + length;
    }

    private static uint PseudoSum(in VrrpAdvert advert, int length)
    {
        if (advert.Ip6) return InternetChecksum.PseudoHeader6(advert.Source, advert.Destination, VrrpWire.Protocol, length);
        return advert.Checksum == VrrpChecksum.PseudoHeader
            ? InternetChecksum.PseudoHeader((uint)advert.Source, (uint)advert.Destination, VrrpWire.Protocol, length)
            : 0;
    }

    private static void WriteHeader4(Span<byte> to, in VrrpAdvert advert, int length)
    {
        to[0] = 0x45;
        to[1] = InternetworkControl;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)length);
        to[8] = VrrpWire.Ttl;
        to[9] = VrrpWire.Protocol;
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], (uint)advert.Source);
        BinaryPrimitives.WriteUInt32BigEndian(to[16..], (uint)advert.Destination);
        BinaryPrimitives.WriteUInt16BigEndian(to[10..], InternetChecksum.Fold(InternetChecksum.Sum(to[..VrrpWire.IpHeaderBytes])));
    }

    private static void WriteHeader6(Span<byte> to, in VrrpAdvert advert, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(0x6000 | (InternetworkControl << 4)));
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)length);
        to[6] = VrrpWire.Protocol;
        to[7] = VrrpWire.Ttl;
        BinaryPrimitives.WriteUInt128BigEndian(to[8..], advert.Source);
        BinaryPrimitives.WriteUInt128BigEndian(to[24..], advert.Destination);
    }
}
