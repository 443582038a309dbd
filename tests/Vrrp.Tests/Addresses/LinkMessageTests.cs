using Appliance.Vrrp.Addresses;

namespace Vrrp.Tests.Addresses;

public class LinkMessageTests
{
    [Fact]
    public void AMacvlanRequestIsReadBack()
    {
        byte[] to = new byte[256];
        int length = LinkMessage.WriteNewMacvlan(to, 7, "vrrp4.51", 0x00005e000133, 3);
        ReadOnlySpan<byte> rest = to.AsSpan(0, length);
        Assert.True(RouteMessage.TryNext(ref rest, out ReadOnlySpan<byte> message));
        Assert.True(rest.IsEmpty);
        Assert.Equal(new Macvlan(0, 3, 0x00005e000133, ""), LinkMessage.ReadMacvlan(message));
        Assert.True(RouteMessage.IsNamed(message, "vrrp4.51\0"u8));
    }

    [Fact]
    public void ALinkOfAnotherKindIsNoMacvlan()
    {
        byte[] to = new byte[256];
        int length = LinkMessage.WriteNewMacvlan(to, 7, "vrrp4.51", 0x00005e000133, 3);
        int at = to.AsSpan(0, length).IndexOf("macvlan"u8);
        "macvtap"u8.CopyTo(to.AsSpan(at));
        Assert.Null(LinkMessage.ReadMacvlan(to.AsSpan(0, length)));
        Assert.Null(LinkMessage.ReadMacvlan(to.AsSpan(0, LinkMessage.WriteSetLink(to, 1, 3, up: true))));
    }
}
