using System.Net;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>What is added to, kept in and taken from the heads that pass.</summary>
public sealed class HeaderEditTests
{
    [Fact]
    public async Task WhatEndsAtThisHopDoesNotGoOn()
    {
        HttpText seen = await ForwardAsync(
            "GET /x?y HTTP/1.1\r\nHost: Example.com:80\r\nConnection: X-One, close, x-TWO\r\nX-One: 1\r\nX-Two: 2\r\nX-Three: 3\r\nX-One: 4\r\n"
            + "Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\nUpgrade: websocket\r\nCookie: a=b\r\n\r\n");
        Assert.Equal("GET /x?y HTTP/1.1", seen.StartLine);
        Assert.Equal(("Example.com:80", "3", "a=b"), (seen["Host"], seen["X-Three"], seen["Cookie"]));
        Assert.All(new[] { "X-One", "X-Two", "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Upgrade" }, name => Assert.False(seen.Has(name), name));
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("Content-Length")]
    [InlineData("Transfer-Encoding")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Request-Id")]
    public async Task ConnectionCannotNameWhatTheMessageHangsOn(string name)
    {
        HttpText seen = await ForwardAsync($"POST / HTTP/1.1\r\nHost: a\r\nConnection: {name}\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Equal(("a", "2", "127.0.0.1"), (seen["Host"], seen["Content-Length"], seen["X-Forwarded-For"]));
        Assert.True(seen.Has("X-Request-Id"));
    }

    [Fact]
    public async Task AnEqualRepetitionOfContentLengthIsForwardedOnce()
    {
        HttpText seen = await ForwardAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi");
        Assert.Equal(["2"], seen.All("Content-Length"));
    }

    [Fact]
    public async Task ClaimsOfStrangersAreReplaced()
    {
        HttpText seen = await ForwardAsync(
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nx-forwarded-for: 192.0.2.2\r\nX-Forwarded-Proto: https\r\n"
            + "X-Forwarded-Host: evil\r\nForwarded: for=192.0.2.3\r\nX-Request-Id: mine\r\n\r\n");
        Assert.Equal(("127.0.0.1", "http", "a"), (seen["X-Forwarded-For"], seen["X-Forwarded-Proto"], seen["X-Forwarded-Host"]));
        Assert.False(seen.Has("Forwarded"));
        Assert.Matches("^[0-9a-f]{32}$", seen["X-Request-Id"]);
    }

    [Fact]
    public async Task ClaimsOfTrustedProxiesAreKeptAndAddedTo()
    {
        HttpText seen = await ForwardAsync(
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\nX-Forwarded-Proto: https\r\n"
            + "X-Forwarded-Host: public.example\r\nX-Request-Id: theirs\r\n\r\n",
            trusted: true);
        Assert.Equal(["192.0.2.1, 192.0.2.2, 127.0.0.1"], seen.All("X-Forwarded-For"));
        Assert.Equal(("https", "public.example", "theirs"), (seen["X-Forwarded-Proto"], seen["X-Forwarded-Host"], seen["X-Request-Id"]));
    }

    [Fact]
    public async Task AnAbsoluteTargetGoesOnInOriginForm()
    {
        HttpText seen = await ForwardAsync("GET http://a/x/../y?z HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(("GET /x/../y?z HTTP/1.1", "a"), (seen.StartLine, seen["Host"]));
    }

    [Fact]
    public async Task RequestIdsDiffer()
    {
        using var upstream = new Upstream();
        var ids = new System.Collections.Concurrent.ConcurrentBag<string?>();
        upstream.Serve(async peer =>
        {
            while (true)
            {
                ids.Add((await peer.ReadHeadAsync())["X-Request-Id"]);
                await peer.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
            }
        });
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        for (int i = 0; i < 20; i++) await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(20, ids.Distinct().Count());
    }

    [Fact]
    public async Task TheAnswersHopByHopFieldsStayHereAndTheRestPasses()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(
            "HTTP/1.1 404 Nicht da\r\nConnection: X-One, keep-alive\r\nX-One: 1\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\n"
            + "Server: real\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n");
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        (HttpText head, _) = await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("HTTP/1.1 404 Nicht da", head.StartLine);
        Assert.Equal("real", head["Server"]);
        Assert.Equal(["a", "b"], head.All("Set-Cookie"));
        Assert.All(new[] { "X-One", "Connection", "Keep-Alive", "Upgrade" }, name => Assert.False(head.Has(name), name));
    }

    [Fact]
    public async Task TheLargestHeadPassesInBothDirections()
    {
        using var upstream = new Upstream();
        string big = "X-Big: " + new string('b', 65_000) + "\r\n";
        string target = "/" + new string('t', 8_000);
        string? seen = null;
        upstream.Serve(async peer =>
        {
            HttpText head = await peer.ReadHeadAsync();
            seen = head.StartLine + head["X-Big"]!.Length;
            await peer.SendAsync("HTTP/1.1 200 OK\r\n" + big + "Content-Length: 2\r\n\r\nok");
        });
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        (HttpText answer, string body) = await rig.AskAsync($"GET {target} HTTP/1.1\r\nHost: a\r\n{big}\r\n");
        Assert.Equal((200, 65_000, "ok"), (answer.Status, answer["X-Big"]!.Length, body));
        Assert.Equal($"GET {target} HTTP/1.165000", seen);
    }

    [Theory]
    [InlineData("/v1", "v1")]
    [InlineData("/v1/x", "v1")]
    [InlineData("/%761/x", "v1")]
    [InlineData("/other/../v1?q", "v1")]
    [InlineData("/v1x", "any")]
    [InlineData("/", "any")]
    public async Task RoutesGoByWholeSegmentsOfTheNormalPath(string target, string expected)
    {
        using var v1 = new Upstream();
        using var any = new Upstream();
        v1.ServeAnswer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nv1");
        any.ServeAnswer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nany");
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), any.Address);
        await using var rig = new ProxyRig(settings with
        {
            Listeners =
            [
                settings.Listeners[0] with
                {
                    Routes =
                    [
                        new RouteSettings { Hosts = ["b", "*.c"], PathPrefix = "/v1/", Upstream = "v1" },
                        new RouteSettings { Hosts = ["b", "*.c"], Upstream = "app" },
                    ],
                },
            ],
            Upstreams = [ProxyRig.Pool(any.Address), ProxyRig.Pool(v1.Address) with { Name = "v1" }],
        });
        Assert.Equal(expected, (await rig.AskAsync($"GET {target} HTTP/1.1\r\nHost: B:80\r\n\r\n")).Body);
        Assert.Equal(expected, (await rig.AskAsync($"GET {target} HTTP/1.1\r\nHost: x.y.C.\r\n\r\n")).Body);
        Assert.Equal(404, (await rig.AskAsync($"GET {target} HTTP/1.1\r\nHost: c\r\n\r\n")).Head.Status);
    }

    private static async Task<HttpText> ForwardAsync(string request, bool trusted = false)
    {
        using var upstream = new Upstream();
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        if (trusted) settings = settings with { Listeners = [settings.Listeners[0] with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] }] };
        await using var rig = new ProxyRig(settings);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(request);
        RawPeer server = await upstream.AcceptAsync();
        HttpText head = await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        Assert.Equal(204, (await client.ReadHeadAsync()).Status);
        return head;
    }
}
