using System.Net;
using Appliance.Vrrp;

namespace Vrrp.Tests;

public class HaSettingsRulesTests
{
    [Theory]
    [InlineData("192.0.2.100/32", "")]
    [InlineData("192.0.2.100/33", "virtual_addresses[0]: the prefix is 1 to 32, not 33")]
    [InlineData("2001:db8::100/128", "")]
    [InlineData("2001:db8::100/129", "virtual_addresses[0]: the prefix is 1 to 128, not 129")]
    [InlineData("2001:db8::100/0", "virtual_addresses[0]: the prefix is 1 to 128, not 0")]
    [InlineData("fe80::9/64", "")]
    [InlineData("ff02::12/64", "virtual_addresses[0]: `ff02::12` is no host address")]
    [InlineData("::1/128", "virtual_addresses[0]: `::1` is no host address")]
    [InlineData("::ffff:192.0.2.1/128", "virtual_addresses[0]: `::ffff:192.0.2.1` is no host address")]
    public void VirtualAddressesAreHostsOfEitherFamily(string address, string error) => Check(Alone(address), error);

    [Theory]
    [InlineData("2001:db8:1::1", "2001:db8:1::2", "")]
    [InlineData("2001:db8:1::1", "198.51.100.2", "address: must be of the same family as `peer`, IPv4 or IPv6")]
    [InlineData("2001:db8:1::1", "2001:db8:1::1", "address: must differ from `peer`")]
    [InlineData("2001:db8:1::1", "fe80::2", "peer: `fe80::2` is link-local, which says nothing without its interface; use a global or unique local address")]
    [InlineData("2001:db8:1::1", "ff02::2", "peer: `ff02::2` is no host address")]
    public void TheHaLinkMayBeIp6(string own, string peer, string error) => Check(Paired(own, peer, "192.0.2.100/24"), error);

    [Theory]
    [InlineData("2001:db8::100/64", "2001:db8:1::1", "2001:db8:1::2", "")]
    [InlineData("2001:db8::100/64 192.0.2.100/24", "198.51.100.1", "198.51.100.2", "")]
    [InlineData("2001:db8::100/64", "198.51.100.1", "198.51.100.2", "vrrp.unicast: `peer` is IPv4, and virtual router 51 has no IPv4 address to advertise to it; leave `unicast` off or give `peer` in the other family")]
    [InlineData("192.0.2.100/24", "2001:db8:1::1", "2001:db8:1::2", "vrrp.unicast: `peer` is IPv6, and virtual router 51 has no IPv6 address to advertise to it; leave `unicast` off or give `peer` in the other family")]
    public void UnicastAdvertsNeedAnAddressOfThePeersFamily(string addresses, string own, string peer, string error) =>
        Check(Paired(own, peer, addresses) with { Unicast = true }, error);

    [Fact]
    public void AWitnessMayBeOfEitherFamily()
    {
        Check(Alone("192.0.2.100/24") with { Witnesses = [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1")] }, "");
        Check(Alone("192.0.2.100/24") with { Witnesses = [IPAddress.Parse("ff02::1")] }, "witness: `ff02::1` is no host address");
    }

    private static void Check(HaSettings settings, string error) => Assert.Equal(error, string.Join("; ", settings.Validate()));

    private static HaSettings Paired(string own, string peer, string addresses) => Alone(addresses) with
    {
        Address = IPAddress.Parse(own),
        Peer = IPAddress.Parse(peer),
        Keys = [new ClusterKey(1, new byte[32])],
    };

    private static HaSettings Alone(string addresses) => new()
    {
        Node = "a",
        Interface = "eth0",
        Groups =
        [
            new HaGroup
            {
                VirtualRouterId = 51,
                VirtualAddresses = [.. addresses.Split(' ').Select(text => text.Split('/')).Select(parts => new VirtualAddress(IPAddress.Parse(parts[0]), int.Parse(parts[1])))],
            },
        ],
    };
}
