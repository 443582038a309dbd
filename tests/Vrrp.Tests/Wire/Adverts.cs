using Appliance.Vrrp;
using Appliance.Vrrp.Wire;

namespace Vrrp.Tests.Wire;

internal static class Adverts
{
    public const uint Sender = 0xc0000201;
    public static readonly VrrpExpectation Expected = new() { RouterId = 51, OwnAddress = 0xc0000202, InterfaceIndex = 3 };

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

    public static RejectReason Read(byte[] packet, VrrpExpectation? expected = null, int interfaceIndex = 3) =>
        VrrpReader.Read(packet, expected ?? Expected, interfaceIndex, out _);

    /// <summary>Changes one byte of the message and repairs the checksum, so that only the named fault is left.</summary>
    public static byte[] With(byte[] packet, int at, byte value)
    {
        byte[] changed = [.. packet];
        changed[20 + at] = value;
        changed[26] = changed[27] = 0;
        ushort sum = InternetChecksum.Fold(InternetChecksum.Sum(changed.AsSpan(20)));
        (changed[26], changed[27]) = ((byte)(sum >> 8), (byte)sum);
        return changed;
    }
}
