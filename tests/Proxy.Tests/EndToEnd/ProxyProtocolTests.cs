using System.Collections.Immutable;
using System.Net;
using System.Text;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>PROXY protocol at the listener and towards servers.</summary>
public sealed class ProxyProtocolTests
{
    private const string Line = "PROXY TCP4 192.0.2.7 198.51.100.2 40000 443\r\n";

    private static readonly byte[] Binary =
        [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 12, 192, 0, 2, 7, 198, 51, 100, 2, 0x9c, 0x40, 1, 0xbb];

    [Fact]
    public async Task AnHttpListenerTakesTheClientFromTheHeader()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(ListenerProtocol.Http, upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Line + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        Assert.Equal("192.0.2.7", (await server.ReadHeadAsync())["X-Forwarded-For"]);
        server.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HeaderAndStreamMayArriveInAnyPieces(bool text)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(ListenerProtocol.Tcp, upstream.Address, ProxyProtocolVersion.V1);
        byte[] sent = [.. text ? Encoding.ASCII.GetBytes(Line) : Binary, .. "hello"u8];
        RawPeer client = await rig.ConnectAsync();
        foreach (byte[] piece in sent.Chunk(5))
        {
            await client.SendAsync(piece);
            await rig.OnLoopAsync(() => 0);
        }

        RawPeer server = await upstream.AcceptAsync();
        string expected = $"PROXY TCP4 192.0.2.7 127.0.0.1 40000 {rig.Address.Port}\r\nhello";
        Assert.Equal(expected, await server.ReadTextAsync(expected.Length));
        client.FinishSending();
        await server.ExpectEndAsync();
        server.FinishSending();
        await client.ExpectEndAsync();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the relay ends");
        Assert.Equal(sent.Length, rig.Listener.ReceivedBytes);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n", false, "Signature")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.2 40000\r\n", false, "Line")]
    [InlineData("PROXY TCP4 192.0", true, "Ended")]
    [InlineData("PROXY TCP4 192.0", false, "TimedOut")]
    public async Task ABadHeaderIsAnsweredWithAResetAndCounted(string sent, bool thenFin, string reason)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(ListenerProtocol.Tcp, upstream.Address, limitMs: reason == "TimedOut" ? 2000 : 30_000);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(sent);
        if (thenFin) client.FinishSending();
        await client.ExpectResetAsync();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the connection is gone");
        Assert.Equal([KeyValuePair.Create(reason, 1L)], rig.Listener.RefusedProxyHeaders);
        Assert.Equal(0, upstream.Count);
    }

    [Fact]
    public async Task FromOthersTheHeaderIsNeitherAwaitedNorBelieved()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(ListenerProtocol.Tcp, upstream.Address, trusted: "192.0.2.0/24");
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Line);
        RawPeer server = await upstream.AcceptAsync();
        Assert.Equal(Line, await server.ReadTextAsync(Line.Length));
        server.Dispose();
    }

    [Theory]
    [InlineData(ProxyProtocolVersion.V1)]
    [InlineData(ProxyProtocolVersion.V2)]
    public async Task AServerThatSpeaksFirstGetsTheHeaderWithoutTheClientSayingAnything(ProxyProtocolVersion version)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = Rig(ListenerProtocol.Tcp, upstream.Address, version, reads: false);
        RawPeer client = await rig.ConnectAsync();
        RawPeer server = await upstream.AcceptAsync();
        var from = (IPEndPoint)client.Socket.LocalEndPoint!;
        byte[] expected = version == ProxyProtocolVersion.V1
            ? Encoding.ASCII.GetBytes($"PROXY TCP4 127.0.0.1 127.0.0.1 {from.Port} {rig.Address.Port}\r\n")
            : [.. Binary[..16], 127, 0, 0, 1, 127, 0, 0, 1, (byte)(from.Port >> 8), (byte)from.Port, (byte)(rig.Address.Port >> 8), (byte)rig.Address.Port];
        Assert.Equal(expected, await server.ReadBytesAsync(expected.Length));
        await server.SendAsync("220 ready\r\n");
        Assert.Equal("220 ready\r\n", await client.ReadTextAsync(11));
        server.Dispose();
    }

    [Fact]
    public async Task AnHttpServerConnectionBelongsToOneClient()
    {
        using var upstream = new Upstream();
        upstream.Serve(async peer =>
        {
            while (true)
            {
                bool header = (await peer.ReadLineAsync()).StartsWith("PROXY ", StringComparison.Ordinal);
                if (header) await peer.ReadHeadAsync();
                string body = header ? "with header" : "without";
                await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });
        await using ProxyRig rig = Rig(ListenerProtocol.Http, upstream.Address, ProxyProtocolVersion.V1, reads: false);
        for (int i = 0; i < 3; i++) Assert.Equal("with header", (await rig.AskAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).Body);
        Assert.Equal((3, 0L), (upstream.Count, rig.Upstream.IdleConnections));
    }

    private static ProxyRig Rig(
        ListenerProtocol protocol, IPEndPoint server, ProxyProtocolVersion? sends = null, bool reads = true, string trusted = "127.0.0.0/8", int limitMs = 30_000) => new(new ProxySettings
        {
            Listeners =
            [
                new ListenerSettings
                {
                    Name = "front",
                    Protocol = protocol,
                    Address = new IPEndPoint(IPAddress.Loopback, 0),
                    Upstream = protocol == ListenerProtocol.Tcp ? "app" : null,
                    Routes = protocol == ListenerProtocol.Http ? [new RouteSettings { Upstream = "app" }] : [],
                    ProxyProtocol = reads,
                    TrustedProxies = ImmutableArray.Create(IPNetwork.Parse(trusted)),
                    Timeouts = new TimeoutSettings { RequestHeader = TimeSpan.FromMilliseconds(limitMs) },
                },
            ],
            Upstreams = [ProxyRig.Pool(server) with { ProxyProtocol = sends }],
        });
}
