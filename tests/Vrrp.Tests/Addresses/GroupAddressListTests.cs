using System.Collections.Immutable;
using System.Net;
using Appliance.Vrrp;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Transport;

namespace Vrrp.Tests.Addresses;

public class GroupAddressListTests
{
    [Theory]
    [InlineData("192.0.2.9/24 192.0.2.5/24", "192.0.2.9/24 192.0.2.5/24")]
    [InlineData("2001:db8::9/64 192.0.2.5/24", "192.0.2.5/24 fe80::200:5eff:fe00:233/64 2001:db8::9/64")]
    [InlineData("2001:db8::9/64 fe80::9/64 fe80::8/64", "fe80::9/64 2001:db8::9/64 fe80::8/64")]
    public void TheFirstIp6AddressIsLinkLocal(string configured, string expected) =>
        Assert.Equal(expected, string.Join(' ', GroupAddressList.Of(Group(configured))));

    [Fact]
    public void AGroupOfBothFamiliesAdvertsInBothAndIp4Decides()
    {
        DriverSettings driver = Driver(new HaSettings { Node = "a", Interface = "eth0", Groups = [Group("2001:db8::9/64 192.0.2.5/24")] });
        Assert.Equal([false, true], driver.Adverts.Select(plan => plan.Ip6));
        Assert.Equal(["192.0.2.1", "fe80::1"], driver.Adverts.Select(plan => AddressNumber.Text(plan.Source)));
        Assert.Equal(["224.0.0.18", "ff02::12"], driver.Adverts.Select(plan => AddressNumber.Text(plan.Destination)));
        Assert.Equal([4, 32], driver.Adverts.Select(plan => plan.Addresses.Length));
        Assert.Equal("192.0.2.1", AddressNumber.Text(driver.Election.LanAddress));
        Assert.Equal((UInt128)0, driver.Comparable(ip6: true, 7));
        Assert.Equal((UInt128)7, driver.Comparable(ip6: false, 7));
    }

    [Fact]
    public void AGroupOfIp6AloneComparesLinkLocalAddresses()
    {
        DriverSettings driver = Driver(new HaSettings { Node = "a", Interface = "eth0", Groups = [Group("2001:db8::9/64")] });
        Assert.Equal("fe80::1", AddressNumber.Text(driver.Election.LanAddress));
        Assert.Equal((false, true), (driver.Expected.Ip4, driver.Expected.Ip6));
        Assert.Equal((UInt128)7, driver.Comparable(ip6: true, 7));
    }

    [Fact]
    public void UnicastAdvertsAreOfThePeersFamilyAlone()
    {
        DriverSettings driver = Driver(new HaSettings
        {
            Node = "a",
            Interface = "eth0",
            Groups = [Group("2001:db8::9/64 192.0.2.5/24")],
            Unicast = true,
            Address = IPAddress.Parse("2001:db8:1::1"),
            Peer = IPAddress.Parse("2001:db8:1::2"),
        });
        AdvertPlan plan = Assert.Single(driver.Adverts);
        Assert.Equal((true, "2001:db8:1::1", "2001:db8:1::2"), (plan.Ip6, AddressNumber.Text(plan.Source), AddressNumber.Text(plan.Destination)));
        Assert.Equal((UInt128)7, driver.Comparable(ip6: true, 7));
    }

    [Fact]
    public void AnInterfacesOwnAddressesAreThoseThatDoNotMove()
    {
        ImmutableArray<VirtualAddress> configured = GroupAddressList.Of(Group("2001:db8::9/64 192.0.2.5/24"));
        var own = OwnAddresses.Find([There("192.0.2.8", 2), There("192.0.2.5"), There("192.0.2.1"), There("192.0.2.2"), There("2001:db8::9", seconds: 3), There("fe80::200:5eff:fe00:233"), There("fe80::1")], 1, configured);
        Assert.Equal(("192.0.2.1", "fe80::1"), (AddressNumber.Text(own.Ip4), AddressNumber.Text(own.LinkLocal)));
        Assert.Equal("192.0.2.5/24 fe80::200:5eff:fe00:233/64", string.Join(' ', own.Permanent));
    }

    private static InterfaceAddress There(string address, int index = 1, uint seconds = RouteNumbers.Forever) =>
        new() { Address = AddressNumber.Of(IPAddress.Parse(address)), InterfaceIndex = index, ValidSeconds = seconds };

    private static DriverSettings Driver(HaSettings settings) =>
        DriverSettings.From(settings, settings.Groups[0], new OwnAddresses(0xc0000201, AddressNumber.Of(IPAddress.Parse("fe80::1")), []), 1);

    private static HaGroup Group(string addresses) => new()
    {
        VirtualRouterId = 51,
        VirtualAddresses = [.. addresses.Split(' ').Select(text => text.Split('/')).Select(parts => new VirtualAddress(IPAddress.Parse(parts[0]), int.Parse(parts[1])))],
    };
}
