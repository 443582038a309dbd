using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using TestSupport;

namespace Proxy.Tests.EndToEnd;

/// <summary>Bodies in every framing, both ways.</summary>
public sealed class BodyTests
{
    private const string Get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "1000")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", null)]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n", null)]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nETag: \"x\"\r\n\r\n", "1000")]
    public async Task AnswersWithoutABodyLeaveBothConnectionsUsable(string method, string answer, string? length)
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(answer);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
            HttpText head = await client.ReadHeadAsync();
            Assert.Equal(answer[9..12], head.Status.ToString());
            Assert.Equal(length, head["Content-Length"]);
            Assert.False(head.Has("Transfer-Encoding"));
        }

        Assert.Equal(1, upstream.Count);
    }

    [Fact]
    public async Task ChunkedAnswersPassWithTheirTrailers()
    {
        using var upstream = new Upstream();
        const string Body = "5;ext=1\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nX-Sum: 42\r\n\r\n";
        upstream.ServeAnswer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + Body);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync(Get);
            HttpText head = await client.ReadHeadAsync();
            Assert.Equal("chunked", head["Transfer-Encoding"]);
            Assert.Equal(("hello world", Body), await client.ReadChunkedAsync());
        }

        Assert.Equal(1, upstream.Count);
    }

    [Fact]
    public async Task ChunkedAnswersReachOldClientsWithoutTheFraming()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nX-Sum: 42\r\n\r\n");
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        HttpText head = await client.ReadHeadAsync();
        Assert.False(head.Has("Transfer-Encoding"));
        Assert.Equal("close", head["Connection"]);
        Assert.Equal("hello world", await client.ReadToEndAsync());
        await Deadline.Until(() => rig.Upstream.IdleConnections == 1, "rig.Upstream.IdleConnections becomes 1");
    }

    [Theory]
    [InlineData("HTTP/1.1", true)]
    [InlineData("HTTP/1.0", false)]
    public async Task AnswersThatEndWithTheConnectionAreFramedForTheClient(string version, bool chunked)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"GET / {version}\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.0 200 OK\r\n\r\nhello");
        HttpText head = await client.ReadHeadAsync();
        await server.SendAsync(" world");
        server.Dispose();
        if (!chunked)
        {
            Assert.Equal("hello world", await client.ReadToEndAsync());
            return;
        }

        Assert.Equal("chunked", head["Transfer-Encoding"]);
        Assert.Equal("hello world", (await client.ReadChunkedAsync()).Text);
        await client.SendAsync(Get);
        RawPeer next = await upstream.AcceptAsync();
        await next.ReadHeadAsync();
        await next.SendAsync(Ok);
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n")]
    public async Task TruncatedAnswersEndInAResetNotInACleanEnd(string answer)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync(answer);
        Assert.Equal(200, (await client.ReadHeadAsync()).Status);
        server.Dispose();
        await client.ExpectResetAsync();
    }

    [Theory]
    [InlineData("HTTP/1.0")]
    [InlineData("HTTP/1.1")]
    public async Task AnAnswerWithoutFramingThatEndsInAResetIsNotPassedOnAsWhole(string version)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync($"GET / {version}\r\nHost: a\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 200 OK\r\n\r\nhalf");
        await client.ReadHeadAsync();
        server.Reset();
        await client.ExpectResetAsync();
    }

    [Fact]
    public async Task BrokenChunksOfAServerEndInAReset()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        await client.ReadHeadAsync();
        await server.SendAsync("zz\r\n");
        await client.ExpectResetAsync();
        await server.ExpectClosedAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(3_000_000)]
    public async Task UploadsAndDownloadsOfAnySizeArriveUnchanged(int size)
    {
        byte[] bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        using var upstream = new Upstream();
        upstream.Serve(async peer =>
        {
            while (true)
            {
                HttpText head = await peer.ReadHeadAsync();
                byte[] body = await peer.ReadBytesAsync(int.Parse(head["Content-Length"]!));
                await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n");
                await peer.SendAsync(body);
            }
        });
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync($"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n");
            await client.SendAsync(bytes);
            await client.ReadHeadAsync();
            Assert.Equal(bytes, await client.ReadBytesAsync(size));
        }

        Assert.Equal(1, upstream.Count);
        await Deadline.Until(() => rig.Listener.ReceivedBytes > 3L * size, "received bytes are counted");
        await Deadline.Until(() => rig.Listener.SentBytes > 3L * size, "sent bytes are counted");
    }

    [Fact]
    public async Task ContinueIsTheServersToSay()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        HttpText head = await server.ReadHeadAsync();
        Assert.Equal("100-continue", head["Expect"]);
        await server.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
        Assert.Equal(100, (await client.ReadHeadAsync()).Status);
        await client.SendAsync("body");
        Assert.Equal("body", await server.ReadTextAsync(4));
        await server.SendAsync(Ok);
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        await client.SendAsync(Get);
        await server.ReadHeadAsync();
        await server.SendAsync(Ok);
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
    }

    [Fact]
    public async Task EarlyHintsPassAndOldClientsAreSparedThem()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Ok);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        Assert.Equal(103, (await client.ReadHeadAsync()).Status);
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        RawPeer old = await rig.ConnectAsync();
        await old.SendAsync("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
        Assert.Equal(200, (await old.ReadAnswerAsync()).Head.Status);
    }

    [Fact]
    public async Task AServerThatOnlySendsInterimAnswersIsGivenUp()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(string.Concat(Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 40)));
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
        Assert.Equal(502, (await client.ReadAnswerAsync()).Head.Status);
    }

    [Fact]
    public async Task AnAnswerBeforeTheRequestHasEndedReachesTheClient()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbeginning");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.ReadTextAsync(9);
        await server.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
        (HttpText head, string body) = await client.ReadAnswerAsync();
        Assert.Equal((413, "big", "close"), (head.Status, body, head["Connection"]));
        await client.ExpectEndAsync();
        await server.ExpectClosedAsync();
    }

    [Fact]
    public async Task AnUploadThatMovesMayLastLongerThanTheResponseLimit()
    {
        using var upstream = new Upstream();
        var clock = new VirtualClock();
        // Eight halves of it are less than the time in which a body may be as slow as it likes.
        TimeSpan limit = TimeSpan.FromSeconds(1);
        await using var rig = new ProxyRig(ProxyRig.HttpSettings(new TimeoutSettings { Response = limit }, upstream.Address), time: clock);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        for (int i = 0; i < 8; i++)
        {
            // Each pause is shorter than the limit, all together are longer.
            rig.Settle();
            clock.Advance(limit / 2);
            rig.Settle();
            await client.SendAsync("x");
            Assert.Equal("x", await server.ReadTextAsync(1));
        }

        await server.SendAsync(Ok);
        Assert.Equal(200, (await client.ReadAnswerAsync()).Head.Status);
    }

    [Fact]
    public async Task AnUploadThatBreaksOffIsNotGivenToTheServerAsWhole()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.ReadTextAsync(4);
        client.FinishSending();
        await server.ExpectResetAsync();
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task BrokenChunksOfAClientAreRefusedAndTheServerSeesAReset()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.ReadTextAsync(9);
        await client.SendAsync("g\r\n");
        Assert.Equal(400, (await client.ReadAnswerAsync()).Head.Status);
        await server.ExpectResetAsync();
    }
}
