using System.Collections.Immutable;
using System.Text;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>Answers that a route or the listener gives itself, and what is done to requests on their way.</summary>
public sealed class RouteActionTests
{
    private static readonly RouteSettings Redirecting = new() { Redirect = new RedirectSettings(302, "https://$host/new$target") };
    private static readonly RouteSettings Answering = new() { Response = new FixedResponseSettings(200, "text/css", Encoding.ASCII.GetBytes("body{}")) };

    [Fact]
    public async Task ARedirectNamesHostAndTarget()
    {
        await using ProxyRig rig = Rig(Redirecting);
        (HttpText head, string body) = await rig.AskAsync("GET /a?b HTTP/1.1\r\nHost: Example.COM:80\r\n\r\n");
        Assert.Equal(("HTTP/1.1 302 Found", "https://example.com/new/a?b"), (head.StartLine, head["Location"]));
        Assert.True(body.Length > 0 && head.Has("Date") && !head.Has("Connection"));
    }

    [Fact]
    public async Task HeadGetsNoBodyAndTheConnectionGoesOn()
    {
        await using ProxyRig rig = Rig(Answering);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        HttpText head = await client.ReadHeadAsync();
        Assert.Equal((200, "6", "text/css"), (head.Status, head["Content-Length"], head["Content-Type"]));
        Assert.Equal("body{}", (await client.ReadAnswerAsync()).Body);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task AFixedAnswerWithoutABodyAnnouncesNone(int status)
    {
        await using ProxyRig rig = Rig(new RouteSettings { Response = new FixedResponseSettings(status, "text/plain", Encoding.ASCII.GetBytes("no")) });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        HttpText head = await client.ReadHeadAsync();
        Assert.False(head.Has("Content-Length") || head.Has("Content-Type"));
        Assert.Equal(status, (await client.ReadHeadAsync()).Status);
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\n\r\n")]
    public async Task ABodyThatIsThereIsSkippedAndTheConnectionGoesOn(string rest)
    {
        await using ProxyRig rig = Rig(Answering);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{rest}GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.False((await client.ReadAnswerAsync()).Head.Has("Connection"));
        Assert.Equal("body{}", (await client.ReadAnswerAsync()).Body);
    }

    [Theory]
    [InlineData("Content-Length: 6\r\n\r\nhello")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nbroken")]
    [InlineData("Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")]
    public async Task ForABodyStillToComeTheConnectionEnds(string rest)
    {
        await using ProxyRig rig = Rig(Answering);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{rest}");
        (HttpText head, string body) = await client.ReadAnswerAsync();
        Assert.Equal((200, "close", "body{}"), (head.Status, head["Connection"], body)); // and no 100 before it
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("GET", 301)]
    [InlineData("HEAD", 301)]
    [InlineData("POST", 308)]
    public async Task AListenerSendsEverythingToHttps(string method, int status)
    {
        await using ProxyRig rig = Rig(Answering, new HttpSettings { RedirectToHttpsPort = 8443 });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"{method} /a?b HTTP/1.1\r\nHost: Example.com:80\r\n\r\n");
        HttpText head = await client.ReadHeadAsync();
        Assert.Equal((status, "https://example.com:8443/a?b"), (head.Status, head["Location"]));
    }

    [Fact]
    public async Task ARequestWithoutAHostCannotBeSentToIt()
    {
        await using ProxyRig rig = Rig(Redirecting);
        (HttpText head, _) = await rig.AskAsync("GET / HTTP/1.0\r\n\r\n");
        Assert.Equal((400, null), (head.Status, head["Location"]));
    }

    [Fact]
    public async Task EditsOfResponsesReachAnswersMadeHere()
    {
        var http = new HttpSettings { ResponseHeaders = new HeaderEditSettings { Set = [new("X-Edge", "1"), new("Content-Type", "text/x")], Remove = ["Date"] } };
        await using ProxyRig rig = Rig(Answering with { PathPrefix = "/in" }, http);
        foreach (string path in new[] { "/in", "/out" })
        {
            (HttpText head, _) = await rig.AskAsync($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal(("1", "text/x", null), (head["X-Edge"], head["Content-Type"], head["Date"]));
        }
    }

    [Fact]
    public async Task EditsRewriteAndHostPolicyReachTheServerAndTheClient()
    {
        using var upstream = new Upstream();
        HttpText? seen = null;
        upstream.Serve(async peer =>
        {
            seen = await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\r\nok");
        });
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        var route = new RouteSettings
        {
            Upstream = "app",
            PathPrefix = "/shop",
            ReplacePrefix = "/",
            Host = "$server",
            RequestHeaders = new HeaderEditSettings { Remove = ["Cookie"], Set = [new("X-Long", new string('l', 20_000))] },
            ResponseHeaders = new HeaderEditSettings { Remove = ["Server"], Set = [new("X-Long", new string('l', 20_000))] },
        };
        await using var rig = new ProxyRig(settings with { Listeners = [settings.Listeners[0] with { Routes = [route] }] });
        (HttpText head, string body) = await rig.AskAsync("GET /shop/%61?q HTTP/1.1\r\nHost: a\r\nCookie: c\r\n\r\n");
        Assert.Equal(("GET /%61?q HTTP/1.1", upstream.Address.ToString(), null), (seen!.StartLine, seen["Host"], seen["Cookie"]));
        Assert.Equal((20_000, 20_000), (seen["X-Long"]!.Length, head["X-Long"]!.Length));
        Assert.Equal((false, "ok"), (head.Has("Server"), body));
    }

    [Fact]
    public async Task AnOperatorsErrorPageStandsInForOurs()
    {
        var http = new HttpSettings
        {
            ErrorPages = ImmutableDictionary<int, ErrorPage>.Empty.Add(404, new ErrorPage("text/html", Encoding.ASCII.GetBytes(new string('h', 30_000)))),
        };
        await using ProxyRig rig = Rig(Answering with { PathPrefix = "/in" }, http);
        (HttpText head, string body) = await rig.AskAsync("GET /out HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal((404, "text/html", 30_000, true), (head.Status, head["Content-Type"], body.Length, head.Has("X-Request-Id")));
        (head, _) = await rig.AskAsync("GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal((400, "text/plain; charset=utf-8"), (head.Status, head["Content-Type"]));
    }

    [Fact]
    public async Task A405SaysWhatIsAllowedAndA503WhenToComeBack()
    {
        await using ProxyRig rig = Rig(Answering);
        Assert.Contains("GET", (await rig.AskAsync("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")).Head["Allow"], StringComparison.Ordinal);
        ProxySettings closed = ProxyRig.HttpSettings(new TimeoutSettings());
        await using var empty = new ProxyRig(closed);
        (HttpText head, _) = await empty.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal((503, "1"), (head.Status, head["Retry-After"]));
    }

    private static ProxyRig Rig(RouteSettings route, HttpSettings? http = null)
    {
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), Upstream.Nobody());
        return new ProxyRig(settings with { Listeners = [settings.Listeners[0] with { Routes = [route], Http = http ?? new HttpSettings() }] });
    }
}
