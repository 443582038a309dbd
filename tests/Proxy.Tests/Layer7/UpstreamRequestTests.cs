using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using FsCheck;
using FsCheck.Fluent;
using Proxy.Tests.Support;

namespace Proxy.Tests.Layer7;

public sealed class UpstreamRequestTests
{
    private static readonly string[] HostPieces = ["a", "B", "\"", "\\", ";", ",", "=", "'", "<", "%22", "[::1]", "[", "]", ":80", ".", ";for=1", "\";for=1"];

    private const string Plain = "GET /x?y HTTP/1.1\r\nHost: Public.example:8080\r\n\r\n";

    [Theory]
    [InlineData(ForwardedStyle.XForwarded, true, false)]
    [InlineData(ForwardedStyle.Forwarded, false, true)]
    [InlineData(ForwardedStyle.Both, true, true)]
    [InlineData(ForwardedStyle.None, false, false)]
    public void TheStyleDecidesWhichFieldsAreSent(ForwardedStyle style, bool x, bool standard)
    {
        var seen = new HttpText(Heads.Upstream(Plain, http: new HttpSettings { Forwarded = style }, secure: true));
        Assert.Equal(x ? ("192.0.2.1", "https", "Public.example:8080") : (null, null, null),
            (seen["X-Forwarded-For"], seen["X-Forwarded-Proto"], seen["X-Forwarded-Host"]));
        Assert.Equal(standard ? "for=192.0.2.1;proto=https;host=\"Public.example:8080\"" : null, seen["Forwarded"]);
    }

    [Theory]
    [InlineData(ForwardedStyle.XForwarded)]
    [InlineData(ForwardedStyle.Forwarded)]
    [InlineData(ForwardedStyle.Both)]
    [InlineData(ForwardedStyle.None)]
    public void NoClaimOfAStrangerPassesWhateverTheStyle(ForwardedStyle style)
    {
        string text = Heads.Upstream(
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: evil\r\nx_forwarded_proto: evil\r\nX-Forwarded-Host: evil\r\nForwarded: for=evil\r\n"
            + "X-Request-Id: evil\r\n\r\n",
            http: new HttpSettings { Forwarded = style });
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AnIPv6ClientIsQuotedAndBracketed() => Assert.Equal(
        "for=\"[2001:db8::1]\";proto=http;host=a",
        new HttpText(Heads.Upstream("GET / HTTP/1.1\r\nHost: a\r\n\r\n", http: Standard, client: "2001:db8::1"))["Forwarded"]);

    /// <summary>Whatever passes as a host stands in the element as one value, and adds nothing to it.</summary>
    [Fact]
    public void NoHostThatIsAcceptedEndsItsQuotation() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Gen.Elements(HostPieces).NonEmptyListOf().Select(string.Concat).ToArbitrary(), host =>
        {
            string request = $"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n";
            if (Heads.Refusal(request) is { } refusal) return refusal == HttpError.BadHost;
            string value = new HttpText(Heads.Upstream(request, http: Standard))["Forwarded"]!["for=192.0.2.1;proto=http;host=".Length..];
            return value == host && host.All(c => char.IsAsciiLetterOrDigit(c) || "!$&'*+-._~".Contains(c)) || value == $"\"{host}\"" && !host.Contains('"') && !host.Contains('\\');
        }));

    [Fact]
    public void ATrustedPeersListIsAddedTo()
    {
        var seen = new HttpText(Heads.Upstream(
            "GET / HTTP/1.1\r\nHost: a\r\nForwarded: for=192.0.2.7, for=192.0.2.8;by=x\r\nforwarded: for=\"[2001:db8::9]\"\r\n\r\n", http: Standard, trusted: true));
        Assert.Equal(["for=192.0.2.7, for=192.0.2.8;by=x, for=\"[2001:db8::9]\", for=192.0.2.1;proto=http;host=a"], seen.All("Forwarded"));
    }

    [Theory]
    [InlineData("for=\"abc")]
    [InlineData("for=\"a\\\"")]
    public void AQuotationLeftOpenDoesNotSwallowWhatIsAdded(string open)
    {
        var seen = new HttpText(Heads.Upstream($"GET / HTTP/1.1\r\nHost: a\r\nForwarded: {open}\r\n\r\n", http: Standard, trusted: true));
        Assert.Equal("for=192.0.2.1;proto=http;host=a", seen["Forwarded"]);
    }

    [Theory]
    [InlineData(null, "Public.example:8080")]
    [InlineData("internal.example", "internal.example")]
    [InlineData("$server", "198.51.100.2:8080")]
    public void TheHostPolicyDecidesWhatTheServerIsCalled(string? policy, string expected)
    {
        var seen = new HttpText(Heads.Upstream(Plain, new RouteSettings { Host = policy }));
        Assert.Equal([expected], seen.All("Host"));
        Assert.Equal("Public.example:8080", seen["X-Forwarded-Host"]);
    }

    [Fact]
    public void AnAbsoluteTargetIsRewrittenInOriginForm()
    {
        var route = new RouteSettings { PathPrefix = "/x", ReplacePrefix = "/z" };
        Assert.Equal("GET /z/y?q HTTP/1.1", new HttpText(Heads.Upstream("GET http://a/x/y?q HTTP/1.1\r\nHost: a\r\n\r\n", route)).StartLine);
        Assert.Equal("GET /z/ HTTP/1.1", new HttpText(Heads.Upstream("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", new RouteSettings { ReplacePrefix = "/z" })).StartLine);
    }

    [Theory]
    [InlineData("their-id_1", true)]
    [InlineData("a b", false)]
    [InlineData("a\"b", false)]
    [InlineData("", false)]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", true)]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234", false)]
    public void ATrustedPeersIdIsTakenOverIfItIsASaneOne(string id, bool taken)
    {
        var seen = new HttpText(Heads.Upstream($"GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: {id}\r\n\r\n", trusted: true));
        Assert.Single(seen.All("X-Request-Id"));
        if (taken) Assert.Equal(id, seen["X-Request-Id"]);
        else Assert.Matches("^[0-9a-f]{32}$", seen["X-Request-Id"]);
    }

    [Fact]
    public void NoHopByHopFieldPassesInEitherDirection()
    {
        string[] always = ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade"];
        string[] lines =
        [
            "Connection: X-Named", "Connection: x-named, close", "connection: keep-alive,X-Other", "Keep-Alive: timeout=1", "Proxy-Connection: close",
            "TE: trailers", "Upgrade: h2c", "X-Named: 1", "X-NAMED: 2", "x-other: 3", "X-Stays: 4", "Connection: TE, Keep-Alive", "Accept: a",
        ];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
            Gen.Elements(lines).ListOf().Select(list => list.Take(40).ToArray()).ToArbitrary(),
            chosen =>
            {
                string section = string.Concat(chosen.Select(line => line + "\r\n"));
                var text = new HttpText("X\r\n" + section);
                string[] named = [.. text.All("Connection").SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries))];
                foreach (string passed in new[]
                {
                    Heads.Upstream($"GET / HTTP/1.1\r\nHost: a\r\n{section}\r\n"),
                    Heads.Client($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n{section}\r\n"),
                })
                {
                    var seen = new HttpText(passed);
                    Assert.All([.. always, .. named, "Transfer-Encoding"], name => Assert.False(seen.Has(name), name));
                    Assert.Equal(text.All("X-Stays"), seen.All("X-Stays"));
                }
            }));
    }

    private static HttpSettings Standard => new() { Forwarded = ForwardedStyle.Forwarded };
}
