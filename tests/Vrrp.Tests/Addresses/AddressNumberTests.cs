using System.Net;
using Appliance.Vrrp.Addresses;

namespace Vrrp.Tests.Addresses;

public class AddressNumberTests
{
    [Theory]
    [InlineData("192.0.2.100", false)]
    [InlineData("2001:db8::100", true)]
    [InlineData("fe80::200:5eff:fe00:233", true)]
    public void TextNumberAndBytesAgree(string text, bool ip6)
    {
        UInt128 number = AddressNumber.Of(IPAddress.Parse(text));
        Span<byte> bytes = stackalloc byte[16];
        int length = AddressNumber.Write(bytes, number);
        Assert.Equal(text, AddressNumber.Text(number));
        Assert.Equal(ip6, AddressNumber.IsIp6(number));
        Assert.Equal(IPAddress.Parse(text).GetAddressBytes(), bytes[..length].ToArray());
        Assert.Equal(number, AddressNumber.Read(bytes[..length]));
    }

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("0.0.0.1", false)]
    [InlineData("224.0.0.18", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("fe80::1%3", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("ff02::12", false)]
    [InlineData("::ffff:192.0.2.1", false)]
    public void OnlyHostsOfTheLanAreHosts(string text, bool host) => Assert.Equal(host, AddressNumber.IsHost(IPAddress.Parse(text)));

    [Theory]
    [InlineData("fe80::1", true)]
    [InlineData("febf::1", true)]
    [InlineData("fec0::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("192.0.2.1", false)]
    public void LinkLocalIsFe80Slash10(string text, bool linkLocal) => Assert.Equal(linkLocal, AddressNumber.IsLinkLocal(AddressNumber.Of(IPAddress.Parse(text))));

    [Fact]
    public void TheVirtualRoutersNamesFollowFromItsNumber()
    {
        Assert.Equal("fe80::200:5eff:fe00:233", AddressNumber.Text(AddressNumber.VirtualLinkLocal(51)));
        Assert.Equal(0x00005e000133ul, VirtualMac.Of(51, ip6: false));
        Assert.Equal(0x00005e0002fful, VirtualMac.Of(255, ip6: true));
        Assert.True(VirtualMac.IsOne(0x00005e000133) && VirtualMac.IsOne(0x00005e0002ff));
        Assert.False(VirtualMac.IsOne(0x00005e000033) || VirtualMac.IsOne(0x00005e000333) || VirtualMac.IsOne(0x01005e000133));
        Assert.Equal("ff02::1:ff00:100", AddressNumber.Text(AddressNumber.SolicitedNode(AddressNumber.Of(IPAddress.Parse("2001:db8::100")))));
    }
}
