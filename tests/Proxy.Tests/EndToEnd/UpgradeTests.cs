using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>An upgraded connection is a relay of bytes (RFC 9110 section 7.8).</summary>
public sealed class UpgradeTests
{
    private const string Request = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n";
    private const string Switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n";

    [Fact]
    public async Task BytesGoBothWaysAndNothingIsAddedToThem()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        (RawPeer client, RawPeer server) = await UpgradeAsync(rig, upstream);
        for (int i = 0; i < 5; i++)
        {
            await client.SendAsync("ping");
            Assert.Equal("ping", await server.ReadTextAsync(4));
            await server.SendAsync("pong");
            Assert.Equal("pong", await client.ReadTextAsync(4));
        }

        client.FinishSending();
        await server.ExpectEndAsync();
        await server.SendAsync("last words");
        server.FinishSending();
        Assert.Equal("last words", await client.ReadToEndAsync());
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the tunnel ends");
        await Deadline.Until(() => rig.Listener.Requests[1] == 1, "rig.Listener.Requests[1] becomes 1");
        await Deadline.Until(() => rig.Upstream.IdleConnections == 0, "rig.Upstream.IdleConnections becomes 0");
    }

    [Fact]
    public async Task TheServerIsToldOfTheUpgradeAndTheClientOfItsAnswer()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Request);
        RawPeer server = await upstream.AcceptAsync();
        HttpText head = await server.ReadHeadAsync();
        Assert.Equal(("upgrade", "websocket"), (head["Connection"], head["Upgrade"]));
        await server.SendAsync(Switch);
        HttpText answer = await client.ReadHeadAsync();
        Assert.Equal((101, "upgrade", "websocket"), (answer.Status, answer["Connection"], answer["Upgrade"]));
        Assert.Equal("x", answer["Sec-WebSocket-Accept"]);
        server.Dispose();
    }

    [Fact]
    public async Task BytesSentTogetherWithTheHeadsArriveOnce()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Request + "early");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync(Switch + "hasty");
        Assert.Equal(101, (await client.ReadHeadAsync()).Status);
        Assert.Equal("hasty", await client.ReadTextAsync(5));
        Assert.Equal("early", await server.ReadTextAsync(5));
        server.Dispose();
    }

    [Fact]
    public async Task AServerMayDeclineAndTheConnectionGoesOn()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync(Request);
            Assert.Equal("no", (await client.ReadAnswerAsync()).Body);
        }
    }

    [Fact]
    public async Task AnUpgradeThatNobodyAskedForIsAFault()
    {
        using var upstream = new Upstream();
        upstream.ServeAnswer(Switch);
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        Assert.Equal(502, (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Head.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AResetOfOneSideResetsTheOther(bool clientResets)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Http(upstream.Address);
        (RawPeer client, RawPeer server) = await UpgradeAsync(rig, upstream);
        (clientResets ? client : server).Reset();
        await (clientResets ? server : client).ExpectResetAsync();
    }

    private static async Task<(RawPeer Client, RawPeer Server)> UpgradeAsync(ProxyRig rig, Upstream upstream)
    {
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Request);
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        await server.SendAsync(Switch);
        Assert.Equal(101, (await client.ReadHeadAsync()).Status);
        return (client, server);
    }
}
