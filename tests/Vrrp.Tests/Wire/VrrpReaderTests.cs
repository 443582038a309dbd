using Appliance.Vrrp;
using Appliance.Vrrp.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Vrrp.Tests.Wire;

public class VrrpReaderTests
{
    [Fact]
    public void EveryFaultHasItsOwnReason()
    {
        byte[] good = Adverts.Packet();
        Assert.Equal(RejectReason.None, Adverts.Read(good));
        Assert.Equal(RejectReason.BadIpHeader, Adverts.Read(good[..19]));
        Assert.Equal(RejectReason.BadIpHeader, Adverts.Read([.. good.Select((b, i) => i == 0 ? (byte)0x65 : b)]));
        Assert.Equal(RejectReason.BadIpHeader, Adverts.Read(good[..^1]));
        Assert.Equal(RejectReason.WrongProtocol, Adverts.Read([.. good.Select((b, i) => i == 9 ? (byte)17 : b)]));
        Assert.Equal(RejectReason.TtlNot255, Adverts.Read([.. good.Select((b, i) => i == 8 ? (byte)254 : b)]));
        Assert.Equal(RejectReason.Truncated, Adverts.Read(Adverts.With(good, 3, 2)));
        Assert.Equal(RejectReason.WrongVersion, Adverts.Read(Adverts.With(good, 0, 0x21)));
        Assert.Equal(RejectReason.WrongType, Adverts.Read(Adverts.With(good, 0, 0x32)));
        Assert.Equal(RejectReason.BadChecksum, Adverts.Read([.. good.Select((b, i) => i == 26 ? (byte)(b ^ 1) : b)]));
        Assert.Equal(RejectReason.UnknownRouterId, Adverts.Read(Adverts.Packet(routerId: 52)));
        Assert.Equal(RejectReason.NoAddresses, Adverts.Read(Adverts.Packet(addresses: 0)));
        Assert.Equal(RejectReason.ZeroInterval, Adverts.Read(Adverts.Packet(intervalCs: 0)));
        Assert.Equal(RejectReason.WrongInterface, Adverts.Read(good, interfaceIndex: 4));
        Assert.Equal(RejectReason.OwnPacket, Adverts.Read(Adverts.Packet(source: Adverts.Own)));
        Assert.Equal(RejectReason.UnknownSource, Adverts.Read(Adverts.Packet(destination: Adverts.Own)));
    }

    [Fact]
    public void EveryFaultOverIp6HasItsOwnReason()
    {
        byte[] good = Adverts.Packet6();
        Assert.Equal(RejectReason.None, Adverts.Read(good));
        Assert.Equal(RejectReason.BadIpHeader, Adverts.Read(good[..39]));
        Assert.Equal(RejectReason.BadIpHeader, Adverts.Read(good[..^1]));
        Assert.Equal(RejectReason.WrongProtocol, Adverts.Read([.. good.Select((b, i) => i == 6 ? (byte)58 : b)]));
        Assert.Equal(RejectReason.TtlNot255, Adverts.Read([.. good.Select((b, i) => i == 7 ? (byte)254 : b)]));
        Assert.Equal(RejectReason.Truncated, Adverts.Read(Adverts.With(good, 3, 3)));
        Assert.Equal(RejectReason.WrongVersion, Adverts.Read(Adverts.With(good, 0, 0x21)));
        Assert.Equal(RejectReason.WrongType, Adverts.Read(Adverts.With(good, 0, 0x32)));
        Assert.Equal(RejectReason.BadChecksum, Adverts.Read([.. good.Select((b, i) => i == 46 ? (byte)(b ^ 1) : b)]));
        Assert.Equal(RejectReason.UnknownRouterId, Adverts.Read(Adverts.Packet6(routerId: 52)));
        Assert.Equal(RejectReason.NoAddresses, Adverts.Read(Adverts.Packet6(addresses: 0)));
        Assert.Equal(RejectReason.ZeroInterval, Adverts.Read(Adverts.Packet6(intervalCs: 0)));
        Assert.Equal(RejectReason.FirstNotLinkLocal, Adverts.Read(Adverts.Packet6(linkLocalFirst: false)));
        Assert.Equal(RejectReason.WrongInterface, Adverts.Read(good, interfaceIndex: 4));
        Assert.Equal(RejectReason.OwnPacket, Adverts.Read(Adverts.Packet6(source: Adverts.Own6)));
        Assert.Equal(RejectReason.UnknownSource, Adverts.Read(Adverts.Packet6(destination: Adverts.Own6)));
    }

    [Fact]
    public void OneRouterIdInTwoFamiliesIsTwoVirtualRouters()
    {
        Assert.Equal(RejectReason.UnknownRouterId, Adverts.Read(Adverts.Packet6(), Adverts.Expected with { Ip6 = false }));
        Assert.Equal(RejectReason.UnknownRouterId, Adverts.Read(Adverts.Packet(), Adverts.Expected with { Ip4 = false }));
        Assert.Equal(RejectReason.None, Adverts.Read(Adverts.Packet(), Adverts.Expected with { Ip6 = false }));
    }

    [Fact]
    public void OverIp6AChecksumWithoutThePseudoHeaderIsBad()
    {
        byte[] packet = Adverts.Packet6();
        packet[46] = packet[47] = 0;
        ushort sum = InternetChecksum.Fold(InternetChecksum.Sum(packet.AsSpan(40)));
        (packet[46], packet[47]) = ((byte)(sum >> 8), (byte)sum);
        Assert.Equal(RejectReason.BadChecksum, Adverts.Read(packet));
    }

    [Fact]
    public void Ip6UnicastIsAcceptedFromTheConfiguredPeerAlone()
    {
        VrrpExpectation unicast = Adverts.Expected with { UnicastPeer = Adverts.Sender6 };
        Assert.Equal(RejectReason.None, Adverts.Read(Adverts.Packet6(destination: Adverts.Own6), unicast));
        Assert.Equal(RejectReason.UnknownSource, Adverts.Read(Adverts.Packet6(source: Adverts.Vip6, destination: Adverts.Own6), unicast));
    }

    [Fact]
    public void EveryReasonHasALabelOfItsOwn()
    {
        string[] labels = [.. Enum.GetValues<RejectReason>().Select(r => r.Label()), .. Enum.GetValues<HeartbeatReject>().Skip(1).Select(r => "hb " + r.Label())];
        Assert.Equal(labels.Length, labels.Distinct().Count());
        Assert.DoesNotContain("hb none", labels);
    }

    [Fact]
    public void UnicastIsAcceptedFromTheConfiguredPeerAlone()
    {
        VrrpExpectation unicast = Adverts.Expected with { UnicastPeer = Adverts.Sender };
        byte[] packet = Adverts.Packet(destination: Adverts.Own);
        Assert.Equal(RejectReason.None, Adverts.Read(packet, unicast));
        Assert.Equal(RejectReason.UnknownSource, Adverts.Read(Adverts.Packet(source: 0xc0000207, destination: Adverts.Own), unicast));
        Assert.Equal(RejectReason.UnknownSource, Adverts.Read(Adverts.Packet(source: 0xc0000207), unicast)); // by multicast neither
    }

    [Fact]
    public void ANonZeroReservedNibbleIsIgnored()
    {
        byte[] packet = Adverts.With(Adverts.Packet(), 4, 0xf0);
        Assert.Equal(RejectReason.None, VrrpReader.Read(packet, Adverts.Expected, 3, out VrrpAdvert advert));
        Assert.Equal(10, advert.IntervalCs);
    }

    [Fact]
    public void AnyBytesGiveAValueOrAReason()
    {
        Prop.ForAll<byte[], int>((bytes, cut) =>
        {
            byte[] mutated = cut % 2 == 0 ? Adverts.Packet() : Adverts.Packet6();
            for (int i = 0; i + 1 < bytes.Length; i += 2) mutated[bytes[i] % mutated.Length] = bytes[i + 1];
            byte[] shortened = mutated[..(int)((uint)cut % (uint)(mutated.Length + 1))];
            return Enum.IsDefined(Adverts.Read(bytes)) && Enum.IsDefined(Adverts.Read(mutated)) && Enum.IsDefined(Adverts.Read(shortened));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void ReaderUndoesWriterOverIp6()
    {
        Prop.ForAll<byte, ushort, byte>((priority, interval, addresses) =>
        {
            int intervalCs = (interval % 4095) + 1;
            int count = (addresses % VrrpWire.MaximumAddresses) + 1;
            byte[] packet = Adverts.Packet6(priority, intervalCs: intervalCs, addresses: count);
            RejectReason reason = VrrpReader.Read(packet, Adverts.Expected, 3, out VrrpAdvert advert);
            return reason == RejectReason.None && advert.Ip6 && advert.Priority == priority && advert.IntervalCs == intervalCs
                && advert.Addresses.Length == 16 * count && advert.Source == Adverts.Sender6 && advert.Destination == VrrpWire.Group6;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void ReaderUndoesWriter()
    {
        Prop.ForAll<byte, ushort, byte>((priority, interval, addresses) =>
        {
            int intervalCs = (interval % 4095) + 1;
            int count = (addresses % 20) + 1;
            byte[] packet = Adverts.Packet(priority, intervalCs: intervalCs, addresses: count);
            RejectReason reason = VrrpReader.Read(packet, Adverts.Expected, 3, out VrrpAdvert advert);
            return reason == RejectReason.None && advert.Priority == priority && advert.IntervalCs == intervalCs
                && advert.Addresses.Length == 4 * count && advert.Source == Adverts.Sender && advert.Checksum == VrrpChecksum.PseudoHeader;
        }).QuickCheckThrowOnFailure();
    }
}
