using Appliance.Vrrp;
using Appliance.Vrrp.Wire;

namespace Vrrp.Tests.Wire;

public class VrrpGoldenTests
{
    private static readonly byte[] Vip = [192, 0, 2, 100];

    [Fact]
    public void MessageWithoutPseudoHeaderEqualsTheVector()
    {
        Assert.Equal("3133C80100644402C0000264", Write(VrrpChecksum.Rfc9568, 200, 100));
    }

    [Fact]
    public void MessageWithPseudoHeaderAtTenMillisecondsEqualsTheVector()
    {
        Assert.Equal("3133C8010001A1D4C0000264", Write(VrrpChecksum.PseudoHeader, 200, 1));
    }

    [Theory]
    [InlineData(VrrpChecksum.Rfc9568)]
    [InlineData(VrrpChecksum.PseudoHeader)]
    public void BothReadingsOfTheChecksumAreAcceptedAndTold(VrrpChecksum checksum)
    {
        byte[] message = Convert.FromHexString(Write(checksum, 200, 100));
        var packet = new VrrpPacket { Message = message, Source = 0xc0000201, Destination = VrrpWire.Group };
        Assert.Equal(RejectReason.None, VrrpReader.ReadMessage(packet, Adverts.Expected, out VrrpAdvert advert));
        Assert.Equal(checksum, advert.Checksum);
        Assert.Equal((200, 100, 1_000_000_000L), (advert.Priority, advert.IntervalCs, advert.IntervalNs));
    }

    [Fact]
    public void PacketCarriesTtl255AndAValidHeaderChecksum()
    {
        byte[] packet = Adverts.Packet();
        Assert.Equal(255, packet[8]);
        Assert.Equal(112, packet[9]);
        Assert.Equal(0, InternetChecksum.Fold(InternetChecksum.Sum(packet.AsSpan(0, 20))));
    }

    [Fact]
    public void PacketOverIp6EqualsTheVector()
    {
        const string Header = "6C000000" + "0028" + "70" + "FF" + "FE800000000000000000000000000001" + "FF020000000000000000000000000012";
        const string Message = "3133C802006479C9" + "FE8000000000000002005EFFFE000233" + "20010DB8000000000000000000000100";
        Assert.Equal(Header + Message, Convert.ToHexString(Adverts.Packet6(intervalCs: 100)));
    }

    private static string Write(VrrpChecksum checksum, byte priority, int intervalCs)
    {
        byte[] to = new byte[12];
        VrrpWriter.WriteMessage(to, new VrrpAdvert
        {
            RouterId = 51,
            Priority = priority,
            IntervalCs = intervalCs,
            Source = 0xc0000201,
            Destination = VrrpWire.Group,
            Addresses = Vip,
            Checksum = checksum,
        });
        return Convert.ToHexString(to);
    }
}
