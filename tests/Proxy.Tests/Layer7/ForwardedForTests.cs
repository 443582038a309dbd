using System.Net;
using System.Text;
using Appliance.Limiter;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Listeners;
using FsCheck;
using FsCheck.Fluent;

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

    [Theory]
    [InlineData("for=192.0.2.1", "192.0.2.1", false)]
    [InlineData("For=\"192.0.2.1:4711\";Proto=HTTPS;by=_x", "192.0.2.1", true)]
    [InlineData("proto=https;for=\"[2001:db8:2::1]:443\"", "2001:db8:2::1", true)]
    [InlineData("for=10.0.0.1, for=192.0.2.1;proto=https, for=198.51.100.8;proto=http", "192.0.2.1", true)]
    [InlineData("for=192.0.2.1;proto=http, for=198.51.100.8;proto=https", "192.0.2.1", false)]
    [InlineData("for=192.0.2.1, , for=198.51.100.8,", "192.0.2.1", false)]
    [InlineData("for=192.0.2.1, for=unknown;proto=https", "198.51.100.7", false)]
    [InlineData("for=192.0.2.1, for=_hidden", "198.51.100.7", false)]
    [InlineData("for=192.0.2.1, proto=https", "198.51.100.7", false)]
    [InlineData("for=192.0.2.1;for=192.0.2.2", "198.51.100.7", false)]
    [InlineData("for=192.0.2.1;proto=http;proto=https", "198.51.100.7", false)]
    [InlineData("for=192.0.2.1 x", "198.51.100.7", false)]
    [InlineData("for", "198.51.100.7", false)]
    [InlineData("for=\"192.0.2.1", "198.51.100.7", false)]
    [InlineData("192.0.2.1\"", "198.51.100.7", false)]
    [InlineData("host=\", for=10.0.0.1\";for=192.0.2.1", "192.0.2.1", false)]
    [InlineData("host=\";for=10.0.0.1;x=\";for=192.0.2.1", "192.0.2.1", false)]
    [InlineData("host=\"\\\", for=10.0.0.1\";for=192.0.2.1", "192.0.2.1", false)]
    [InlineData("host=\"\\\\\";for=192.0.2.1", "192.0.2.1", false)]
    [InlineData("host=\", for=192.0.2.1", "192.0.2.1", false)] // the client's open quotation does not swallow what the proxy adds
    public void WithoutXForwardedForTheChainOfForwardedCounts(string list, string client, bool secure) =>
        Assert.Equal((Address(client), secure), Ask("198.51.100.7", $"Forwarded: {list}\r\n"));

    [Fact]
    public void WhereBothAreXForwardedForCounts() =>
        Assert.Equal((Address("192.0.2.1"), false), Ask("198.51.100.7", "Forwarded: for=10.0.0.1;proto=https\r\nX-Forwarded-For: 192.0.2.1\r\n"));

    [Theory]
    [InlineData("192.0.2.1", "https", true)]
    [InlineData("192.0.2.1", "HTTPS", true)]
    [InlineData("192.0.2.1", "http", false)]
    [InlineData("192.0.2.1", "httpsx", false)]
    [InlineData("192.0.2.1", "https, http", false)] // the client wrote the left part
    [InlineData("192.0.2.1, 198.51.100.8", "https, http", true)]
    [InlineData("192.0.2.1, 198.51.100.8", "https", true)]
    [InlineData("10.0.0.1, 192.0.2.1, 198.51.100.8", "https, http, https", false)]
    [InlineData("", "https", true)]
    public void TheSchemeIsThatOfTheProxyWhichNamedTheClient(string chain, string proto, bool secure)
    {
        Assert.Equal(secure, Ask("198.51.100.7", $"X-Forwarded-For: {chain}\r\nX-Forwarded-Proto: {proto}\r\n").Secure);
        Assert.False(Ask("203.0.113.9", $"X-Forwarded-For: {chain}\r\nX-Forwarded-Proto: {proto}\r\n").Secure);
    }

    /// <summary>The same addresses, written as either field, split over lines anywhere, name the same client.</summary>
    [Fact]
    public void BothChainsLeadToTheSameClient()
    {
        Gen<string> address = Gen.Elements(
            "192.0.2.1", "198.51.100.8", "198.51.100.9", "203.0.113.5", "2001:db8:1::7", "2001:db8:2::9", "unknown", "_hidden", "198.51.100.999");
        Gen<(string Address, int Style, bool NewLine)> element =
            from a in address
            from style in Gen.Choose(0, 5)
            from newLine in Gen.Elements(true, false)
            select (a, style, newLine);
        Prop.ForAll(element.ListOf().ToArbitrary(), elements =>
        {
            string plain = "X-Forwarded-For: ", standard = "Forwarded: ";
            foreach ((string text, int style, bool newLine) in elements)
            {
                plain += text + (newLine ? "\r\nX-Forwarded-For: " : ", ");
                standard += Styled(text, style) + (newLine ? "\r\nForwarded: " : ", ");
            }

            return Ask("198.51.100.7", plain + "\r\n").Client == Ask("198.51.100.7", standard + "\r\n").Client;
        }).QuickCheckThrowOnFailure();

        static string Styled(string text, int style)
        {
            bool v6 = text.Contains(':', StringComparison.Ordinal);
            string node = v6 ? $"\"[{text}]\"" : text;
            return style switch
            {
                0 => $"for={node}",
                1 => $"FOR={node};proto=http;by=_us",
                2 => $"host=\"a, for=10.9.9.9;\\\"b\"; for={node}",
                3 when !v6 => $"for=\"{text}:80\"",
                4 when v6 => $"proto=https;for=\"[{text}]:443\" ;x=\"\"",
                _ => $";for={node};",
            };
        }
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

    private static ClientAddress Find(string peer, params string[] lines) =>
        Ask(peer, string.Concat(lines.Select(line => $"X-Forwarded-For: {line}\r\n"))).Client;

    private static (ClientAddress Client, bool Secure) Ask(string peer, string fields)
    {
        byte[] head = Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        var request = new RequestHead();
        request.Reset();
        Assert.Equal(HeadProgress.Complete, request.Parse(head));
        ClientAddress client = ForwardedFor.NearestUntrusted(request, head, Address(peer), Trusted, out bool secure);
        return (client, secure);
    }

    private static ClientAddress Address(string text) => ClientAddress.From(IPAddress.Parse(text));
}
