using System.Net;
using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Listeners;

namespace Proxy.Tests.Layer7;

public sealed class ForwardedForTests
{
    private static readonly TrustedNetworks Trusted = new([IPNetwork.Parse("198.51.100.0/24"), IPNetwork.Parse("2001:db8:1::/48")]);

    [Theory]
    [InlineData("203.0.113.9", "192.0.2.1", "203.0.113.9")] // an untrusted peer's header proves nothing
    [InlineData("198.51.100.7", "", "198.51.100.7")]
    [InlineData("198.51.100.7", "192.0.2.1", "192.0.2.1")]
    [InlineData("198.51.100.7", "10.0.0.1, 192.0.2.1", "192.0.2.1")] // the client wrote the left part
    [InlineData("198.51.100.7", "10.0.0.1, 192.0.2.1, 198.51.100.8", "192.0.2.1")]
    [InlineData("198.51.100.7", "192.0.2.1:5555", "192.0.2.1")]
    [InlineData("198.51.100.7", "[2001:db8:2::1]:443", "2001:db8:2::1")]
    [InlineData("198.51.100.7", "2001:db8:2::1", "2001:db8:2::1")]
    [InlineData("198.51.100.7", "192.0.2.1, unknown", "198.51.100.7")]
    [InlineData("198.51.100.7", "192.0.2.1,, 198.51.100.8 ,", "192.0.2.1")] // empty elements are none
    [InlineData("198.51.100.7", "192.0.2.1, 198.51.100.999", "198.51.100.7")]
    [InlineData("2001:db8:1::5", "192.0.2.1", "192.0.2.1")]
    public void TheNearestUntrustedAddressIsTheClient(string peer, string header, string client)
    {
        ClientAddress found = Find(peer, header);
        Assert.Equal(Address(client), found);
    }

    [Fact]
    public void AnEndlessChainOfTrustedHopsIsCutOff()
    {
        string header = "192.0.2.1, " + string.Join(", ", Enumerable.Repeat("198.51.100.8", 4_000));
        Assert.Equal(Address("198.51.100.8"), Find("198.51.100.7", header));
    }

    [Theory]
    [InlineData("198.51.100.255", true)]
    [InlineData("198.51.101.0", false)]
    [InlineData("::ffff:198.51.100.1", true)] // the same client on a dual-stack socket
    [InlineData("2001:db8:1:ffff::", true)]
    [InlineData("2001:db8:2::", false)]
    public void NetworksContainTheirAddresses(string address, bool contained) => Assert.Equal(contained, Trusted.Contains(Address(address)));

    [Fact]
    public void AnEmptyPrefixContainsItsFamily()
    {
        var all = new TrustedNetworks([IPNetwork.Parse("0.0.0.0/0")]);
        Assert.True(all.Contains(Address("203.0.113.1")));
        Assert.False(all.Contains(Address("2001:db8::1")));
    }

    [Fact]
    public void ALineOfTheClientsOwnBeforeTheProxysIsNotBelieved() =>
        Assert.Equal(Address("192.0.2.1"), Find("198.51.100.7", "10.9.9.9", "192.0.2.1"));

    private static ClientAddress Find(string peer, params string[] lines)
    {
        byte[] head = Encoding.ASCII.GetBytes(
            $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(lines.Select(line => $"X-Forwarded-For: {line}\r\n"))}\r\n");
        var request = new RequestHead();
        request.Reset();
        Assert.Equal(HeadProgress.Complete, request.Parse(head));
        return ForwardedFor.NearestUntrusted(request, head, Address(peer), Trusted);
    }

    private static ClientAddress Address(string text) => ClientAddress.From(IPAddress.Parse(text));
}
