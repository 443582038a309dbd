using System.Net;
using System.Net.Sockets;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>Connections are kept on both sides, and requests keep their order.</summary>
public sealed class KeepAliveTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task BothConnectionsServeManyRequests()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 50; i++)
        {
            await client.SendAsync($"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n");
            (HttpText head, string body) = await client.ReadAnswerAsync();
            Assert.Equal((200, "ok"), (head.Status, body));
            Assert.False(head.Has("Connection"));
        }

        Assert.Equal(1, upstream.Count);
        await Deadline.Until(() => rig.Listener.AcceptedConnections == 1, "rig.Listener.AcceptedConnections becomes 1");
        await Deadline.Until(() => rig.Listener.Requests[2] == 50, "rig.Listener.Requests[2] becomes 50");
        await Deadline.Until(() => rig.Upstream.Requests == 50, "rig.Upstream.Requests becomes 50");
        await Deadline.Until(() => rig.Upstream.IdleConnections == 1, "rig.Upstream.IdleConnections becomes 1");
    }

    [Fact]
    public async Task PipelinedRequestsAreAnsweredInOrder()
    {
        using var upstream = new Upstream();
        upstream.Serve(async peer =>
        {
            while (true)
            {
                HttpText request = await peer.ReadHeadAsync();
                string path = request.StartLine.Split(' ')[1];
                await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {path.Length}\r\n\r\n{path}");
            }
        });
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(string.Concat(Enumerable.Range(0, 100).Select(i => $"GET /n{i} HTTP/1.1\r\nHost: a\r\n\r\n")));
        for (int i = 0; i < 100; i++) Assert.Equal($"/n{i}", (await client.ReadAnswerAsync()).Body);
    }

    [Fact]
    public async Task PipelinedRequestsWithBodiesReachTheServerOneAfterTheOther()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(
            "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
            + "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
            + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        Assert.Equal("POST /1 HTTP/1.1", (await server.ReadHeadAsync()).StartLine);
        Assert.Equal("one", await server.ReadTextAsync(3));
        await server.SendAsync(Ok);
        await client.ReadAnswerAsync();
        Assert.Equal("POST /2 HTTP/1.1", (await server.ReadHeadAsync()).StartLine);
        Assert.Equal("two", (await server.ReadChunkedAsync()).Text);
        await server.SendAsync(Ok);
        await client.ReadAnswerAsync();
        Assert.Equal("GET /3 HTTP/1.1", (await server.ReadHeadAsync()).StartLine);
        await server.SendAsync(Ok);
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
    }

    [Fact]
    public async Task ConnectionCloseEndsTheClientsConnectionAndKeepsTheServers()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        (HttpText head, _) = await client.ReadAnswerAsync();
        Assert.Equal("close", head["Connection"]);
        await client.ExpectEndAsync();
        await Deadline.Until(() => rig.Upstream.IdleConnections == 1, "rig.Upstream.IdleConnections becomes 1");
    }

    [Fact]
    public async Task ServersConnectionCloseIsNotTheClients()
    {
        using var upstream = new Upstream();
        upstream.Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
            peer.Dispose();
        });
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        }

        Assert.Equal(3, upstream.Count);
    }

    [Theory]
    [InlineData("Connection: keep-alive\r\n", true)]
    [InlineData("", false)]
    public async Task OldClientsKeepTheirConnectionOnlyWhenTheyAsk(string line, bool kept)
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Ok);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        string request = $"GET / HTTP/1.0\r\nHost: a\r\n{line}\r\n";
        await client.SendAsync(request);
        (HttpText head, string body) = await client.ReadAnswerAsync();
        Assert.Equal("ok", body);
        Assert.Equal(kept ? "keep-alive" : "close", head["Connection"]);
        if (kept)
        {
            await client.SendAsync(request);
            Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        }
        else
        {
            await client.ExpectEndAsync();
        }
    }

    [Fact]
    public async Task GetOverAConnectionThatTheServerHasJustClosedIsRepeatedWithoutAWord()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer first = await upstream.AcceptAsync();
        await first.ReadHeadAsync();
        await first.SendAsync(Ok);
        await client.ReadAnswerAsync();

        await client.SendAsync("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
        await first.ReadHeadAsync();
        first.Dispose();
        RawPeer second = await upstream.AcceptAsync();
        Assert.Equal("GET /2 HTTP/1.1", (await second.ReadHeadAsync()).StartLine);
        await second.SendAsync(Ok);
        Assert.Equal(200, (await client.ReadAnswerAsync()).Head.Status);
    }

    [Theory]
    [InlineData("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi")]
    [InlineData("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]
    public async Task PostOverAConnectionThatTheServerHasJustClosedIsNeverRepeated(string post)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer first = await upstream.AcceptAsync();
        await first.ReadHeadAsync();
        await first.SendAsync(Ok);
        await client.ReadAnswerAsync();

        await client.SendAsync(post);
        await first.ReadHeadAsync();
        first.Dispose();
        Assert.Equal(502, (await client.ReadAnswerAsync()).Head.Status);
        Assert.Equal(1, upstream.Count);
    }

    [Fact]
    public async Task AnIdleServerConnectionThatCloses_IsForgotten()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer first = await upstream.AcceptAsync();
        await first.ReadHeadAsync();
        await first.SendAsync(Ok);
        await client.ReadAnswerAsync();
        await Deadline.Until(() => rig.Upstream.IdleConnections == 1, "parked");
        first.Dispose();
        await Deadline.Until(() => rig.Upstream.IdleConnections == 0, "the closed connection leaves the pool");
    }

    [Fact]
    public async Task AnIdleServerConnectionThatSpeaksUnasked_IsClosed()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer first = await upstream.AcceptAsync();
        await first.ReadHeadAsync();
        await first.SendAsync(Ok);
        await client.ReadAnswerAsync();
        await Deadline.Until(() => rig.Upstream.IdleConnections == 1, "parked");
        await first.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
        await first.ExpectClosedAsync();
        await client.SendAsync("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer second = await upstream.AcceptAsync();
        await second.ReadHeadAsync();
        await second.SendAsync(Ok);
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
    }

    [Fact]
    public async Task BytesBeyondTheAnswerNeverReachTheNextClient()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer first = await upstream.AcceptAsync();
        await first.ReadHeadAsync();
        await first.SendAsync(Ok + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        await client.SendAsync("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer second = await upstream.AcceptAsync();
        await second.ReadHeadAsync();
        await second.SendAsync(Ok);
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
    }

    /// <summary>
    /// Its answer is there with the connection, before the request, which waits for the end of the turn, has left. Kept, the connection would bring
    /// the answer to that request to whoever comes next.
    /// </summary>
    [Fact]
    public async Task AConnectionWhoseServerAnsweredBeforeItWasAskedIsNotKept()
    {
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(1);
        await using ProxyRig rig = ProxyRig.Http((IPEndPoint)listening.LocalEndPoint!);
        Socket? server = null;
        // On the loop, so that it learns of connection and answer at once.
        void Answer()
        {
            if (!listening.Poll(0, SelectMode.SelectRead))
            {
                rig.Loop.Post(Answer);
                return;
            }

            server = listening.Accept();
            server.Send(System.Text.Encoding.ASCII.GetBytes(Ok));
        }

        rig.Loop.Post(Answer);
        Assert.Equal("ok", (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Body);
        Assert.Equal(0, rig.Upstream.IdleConnections);
        server!.Dispose();
    }

    /// <summary>The request on its way was not read by anybody: FIN says so and lets the client repeat it, RST would leave it guessing.</summary>
    [Fact]
    public async Task ARequestThatMeetsTheEndOfAnIdleConnectionIsNotReset()
    {
        using Upstream upstream = new Upstream().ServeAnswer(Ok);
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address);
        await using var rig = new ProxyRig(settings);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadAnswerAsync();
        rig.Stopped = true;
        rig.Server.Apply(settings with { Listeners = [] });
        await client.ExpectEndAsync();
        await client.SendAsync("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadline.Until(() => client.TcpInfo is { State: RawPeer.Closed } or { Unacknowledged: 0 }, "the request has arrived");
        Assert.Equal(RawPeer.CloseWait, client.TcpInfo.State);
    }

    [Fact]
    public async Task HalfClosedClientStillGetsItsAnswer()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        client.FinishSending();
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync(Ok);
        Assert.Equal("ok", (await client.ReadAnswerAsync()).Body);
        await client.ExpectEndAsync();
    }
}
