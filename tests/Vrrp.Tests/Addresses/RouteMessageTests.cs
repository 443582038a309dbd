using Appliance.Vrrp.Addresses;
using FsCheck;
using FsCheck.Fluent;

namespace Vrrp.Tests.Addresses;

public class RouteMessageTests
{
    [Fact]
    public void AddressRequestIsReadBackWithItsLifetime()
    {
        byte[] to = new byte[64];
        int length = RouteMessage.WriteAddress(to, RouteNumbers.NewAddress, RouteNumbers.Create, 7, 3, 0xc0000264, 24, 3);
        Assert.Equal(60, length);
        ReadOnlySpan<byte> rest = to.AsSpan(0, length);
        Assert.True(RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message));
        Assert.True(RouteMessage.TryReadAddress(message, out InterfaceAddress read));
        Assert.Equal(new InterfaceAddress { InterfaceIndex = 3, Address = 0xc0000264, PrefixLength = 24, ValidSeconds = 3 }, read);
        Assert.True(read.Finite);
        Assert.Equal(7u, RouteMessage.SequenceOf(message));
        Assert.True(rest.IsEmpty);
    }

    [Fact]
    public void AnyBytesAreWalkedWithoutAnException()
    {
        Prop.ForAll<byte[], byte>((bytes, at) =>
        {
            byte[] buffer = new byte[64];
            int length = RouteMessage.WriteAddress(buffer, RouteNumbers.NewAddress, 0, 1, 2, 3, 4, 5);
            for (int i = 0; i < bytes.Length; i++) buffer[(at + i) % length] = bytes[i];
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, length);
            int walked = 0;
            while (RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message))
            {
                RouteMessage.TryReadAddress(message, out _);
                RouteMessage.TryReadLink(message, out _);
                RouteMessage.ErrorOf(message);
                walked++;
            }

            return walked <= 4;
        }).QuickCheckThrowOnFailure();
    }
}
