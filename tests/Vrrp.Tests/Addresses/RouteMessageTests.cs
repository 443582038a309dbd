using System.Net;
using Appliance.Vrrp.Addresses;
using FsCheck;
using FsCheck.Fluent;
using Vrrp.Tests.Wire;

namespace Vrrp.Tests.Addresses;

public class RouteMessageTests
{
    [Theory]
    [InlineData("192.0.2.100", 24, 60)]
    [InlineData("2001:db8::100", 64, 84)]
    public void AddressRequestIsReadBackWithItsLifetime(string text, int prefix, int expected)
    {
        byte[] to = new byte[128];
        var address = new InterfaceAddress { InterfaceIndex = 3, Address = AddressNumber.Of(IPAddress.Parse(text)), PrefixLength = prefix, ValidSeconds = 3 };
        int length = RouteMessage.WriteAddress(to, RouteNumbers.NewAddress, RouteNumbers.Create, 7, address);
        Assert.Equal(expected, length);
        ReadOnlySpan<byte> rest = to.AsSpan(0, length);
        Assert.True(RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message));
        Assert.True(RouteMessage.TryReadAddress(message, out InterfaceAddress read));
        Assert.Equal(address, read);
        Assert.True(read.Finite);
        Assert.Equal(7u, RouteMessage.SequenceOf(message));
        Assert.True(rest.IsEmpty);
    }

    [Fact]
    public void Ip6AddressesServeAtOnceAndAreNoSourceOfOwnConnections()
    {
        byte[] to = new byte[128];
        RouteMessage.WriteAddress(to, RouteNumbers.NewAddress, 0, 1, new InterfaceAddress { Address = Adverts.Vip6, PrefixLength = 64, ValidSeconds = 3 });
        Assert.Equal(RouteNumbers.NoDuplicateDetection, to[18]);
        Assert.True(RouteMessage.TryFind(to.AsSpan(24, 60), RouteNumbers.AttributeCacheTimes, out ReadOnlySpan<byte> times));
        Assert.Equal((0u, 3u), (BitConverter.ToUInt32(times), BitConverter.ToUInt32(times[4..])));
    }

    [Fact]
    public void AnyBytesAreWalkedWithoutAnException()
    {
        Prop.ForAll<byte[], byte>((bytes, at) =>
        {
            byte[] buffer = new byte[256];
            var address = new InterfaceAddress { Address = at % 2 == 0 ? 0xc0000264 : Adverts.Vip6, ValidSeconds = 5 };
            int length = at % 3 == 0
                ? LinkMessage.WriteNewMacvlan(buffer, 1, "vrrp4.51", 0x00005e000133, 2)
                : RouteMessage.WriteAddress(buffer, RouteNumbers.NewAddress, 0, 1, address, 9);
            for (int i = 0; i < bytes.Length; i++) buffer[(at + i) % length] = bytes[i];
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
            int walked = 0;
            while (RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message))
            {
                RouteMessage.TryReadAddress(message, out _);
                RouteMessage.TryReadLink(message, out _);
                LinkMessage.ReadMacvlan(message);
                RouteMessage.ErrorOf(message);
                walked++;
            }

            return walked <= length / 16;
        }).QuickCheckThrowOnFailure();
    }
}
