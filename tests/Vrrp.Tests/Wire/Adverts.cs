using System.Net;
using Appliance.Vrrp;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Wire;

namespace Vrrp.Tests.Wire;

internal static class Adverts
{
    public const uint Sender = 0xc0000201;
    public const uint Own = 0xc0000202;
    public static readonly UInt128 Sender6 = AddressNumber.Of(IPAddress.Parse("fe80::1"));
    public static readonly UInt128 Own6 = AddressNumber.Of(IPAddress.Parse("fe80::2"));
    public static readonly UInt128 Vip6 = AddressNumber.Of(IPAddress.Parse("2001:db8::100"));
    public static readonly VrrpExpectation Expected = new() { RouterId = 51, OwnAddress = Own, OwnAddress6 = Own6, InterfaceIndex = 3 };

    public static byte[] Packet(byte priority = 200, uint source = Sender, uint destination = VrrpWire.Group, byte routerId = 51, int intervalCs = 10, int addresses = 1)
    {
        byte[] to = new byte[VrrpWire.MaximumPacketBytes];
        int length = VrrpWriter.WritePacket(to, new VrrpAdvert
        {
            RouterId = routerId,
            Priority = priority,
            IntervalCs = intervalCs,
            Source = source,
            Destination = destination,
            Addresses = new byte[addresses * 4],
            Checksum = VrrpChecksum.PseudoHeader,
        });
        return to[..length];
    }

    /// <summary>Over IPv6, from fe80::1, with fe80::200:5eff:fe00:233 before the other addresses.</summary>
    public static byte[] Packet6(byte priority = 200, UInt128? source = null, UInt128? destination = null, byte routerId = 51, int intervalCs = 10, int addresses = 2, bool linkLocalFirst = true)
    {
        byte[] list = new byte[addresses * 16];
        for (int i = 0; i < addresses; i++)
        {
            bool linkLocal = i == 0 && linkLocalFirst;
            AddressNumber.Write(list.AsSpan(i * 16), linkLocal ? AddressNumber.VirtualLinkLocal(51) : Vip6 + (UInt128)(linkLocalFirst ? i - 1 : i));
        }

        byte[] to = new byte[VrrpWire.MaximumPacketBytes];
        int length = VrrpWriter.WritePacket(to, new VrrpAdvert
        {
            Ip6 = true,
            RouterId = routerId,
            Priority = priority,
            IntervalCs = intervalCs,
            Source = source ?? Sender6,
            Destination = destination ?? VrrpWire.Group6,
            Addresses = list,
        });
        return to[..length];
    }

    public static RejectReason Read(byte[] packet, VrrpExpectation? expected = null, int interfaceIndex = 3) =>
        VrrpReader.Read(packet, expected ?? Expected, interfaceIndex, out _);

    /// <summary>Changes one byte of the message and repairs the checksum, so that only the named fault is left.</summary>
    public static byte[] With(byte[] packet, int at, byte value)
    {
        int header = packet[0] >> 4 == 6 ? 40 : 20;
        byte[] changed = [.. packet];
        changed[header + at] = value;
        changed[header + 6] = changed[header + 7] = 0;
        Assert.True(VrrpPacket.TryOpen(changed, out VrrpPacket opened));
        ushort sum = InternetChecksum.Fold(InternetChecksum.Sum(opened.Message, opened.PseudoSum));
        (changed[header + 6], changed[header + 7]) = ((byte)(sum >> 8), (byte)sum);
        return changed;
    }
}
