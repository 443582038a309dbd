using System.Net;
using System.Text;
using Appliance.Proxy.Balancing;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Upstreams;

namespace Proxy.Tests.Balancing;

/// <summary>What a client can and cannot do with the cookie.</summary>
public sealed class StickyCookieTests
{
    private static readonly SharedKey Old = new(1, Encoding.ASCII.GetBytes("an old secret of the cluster"));
    private static readonly SharedKey New = new(2, Encoding.ASCII.GetBytes("a new secret of the cluster"));
    private static readonly ServerState First = State("192.0.2.1:80");
    private static readonly ServerState Second = State("192.0.2.2:80");

    [Fact]
    public void TheCookieNamesItsServerOnBothNodes()
    {
        string value = ValueOf(Cookie(New), First);
        Assert.Same(First, Find(Cookie(New), value, out bool current));
        Assert.True(current);
        Assert.NotEqual(value, ValueOf(Cookie(New), Second));
    }

    [Fact]
    public void ACookieOfAnOlderKeyIsHonouredAndRenewed()
    {
        Assert.Same(Second, Find(Cookie(New, Old), ValueOf(Cookie(Old), Second), out bool current));
        Assert.False(current);
        Assert.Null(Find(Cookie(New), ValueOf(Cookie(Old), Second), out _));
    }

    [Fact]
    public void AnotherUpstreamsCookieMeansNothing()
    {
        var other = new StickyCookie(new StickySettings("sid"), "other", [New]);
        other.SetServers([First, Second]);
        Assert.Null(Find(other, ValueOf(Cookie(New), First), out _));
    }

    [Fact]
    public void EveryChangedBitMakesItWorthless()
    {
        StickyCookie cookie = Cookie(New);
        string value = ValueOf(cookie, First);
        for (int i = 0; i < value.Length; i++)
        {
            string forged = value[..i] + (value[i] == 'A' ? 'B' : 'A') + value[(i + 1)..];
            Assert.Null(Find(cookie, forged, out _));
        }

        Assert.Null(Find(cookie, value[..^1], out _));
        Assert.Null(Find(cookie, value + "A", out _));
    }

    [Theory]
    [InlineData(false, 0, "; Path=/; HttpOnly; SameSite=Lax\r\n")]
    [InlineData(true, 0, "; Path=/; HttpOnly; SameSite=Lax; Secure\r\n")]
    [InlineData(true, 3600, "; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure\r\n")]
    public void TheLineHasItsAttributesAndNoAddress(bool secure, int age, string end)
    {
        var cookie = new StickyCookie(new StickySettings("sid", TimeSpan.FromSeconds(age)), "app", [New]);
        cookie.SetServers([First]);
        string line = Line(cookie, First, secure);
        Assert.StartsWith("Set-Cookie: sid=", line, StringComparison.Ordinal);
        Assert.EndsWith(end, line, StringComparison.Ordinal);
        Assert.Equal("Set-Cookie: sid=".Length + StickyCookie.ValueLength + end.Length, line.Length);
        Assert.DoesNotContain("192", line, StringComparison.Ordinal);
    }

    [Fact]
    public void AServerThatHasLeftGetsNoCookie()
    {
        StickyCookie cookie = Cookie(New);
        string value = ValueOf(cookie, First);
        cookie.SetServers([Second]);
        Assert.Equal(0, cookie.WriteSetCookie(First, false, new byte[StickyCookie.MaxLine]));
        Assert.Null(Find(cookie, value, out _));
    }

    private static StickyCookie Cookie(params SharedKey[] keys)
    {
        var cookie = new StickyCookie(new StickySettings("sid"), "app", keys);
        cookie.SetServers([First, Second]);
        return cookie;
    }

    private static ServerState? Find(StickyCookie cookie, string value, out bool current)
    {
        (byte[] head, RequestHead request) = RequestKeyTests.Parse($"Cookie: a=b; sid={value}\r\n");
        return cookie.Find(head, request, out current);
    }

    private static string ValueOf(StickyCookie cookie, ServerState server) => Line(cookie, server, false).Split('=', ';')[1];

    private static string Line(StickyCookie cookie, ServerState server, bool secure)
    {
        byte[] line = new byte[StickyCookie.MaxLine];
        return Encoding.ASCII.GetString(line, 0, cookie.WriteSetCookie(server, secure, line));
    }

    private static ServerState State(string address) => new(address, address, IPEndPoint.Parse(address));
}
