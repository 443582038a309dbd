using System.Net;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>Tcp listeners that choose the upstream by the ClientHello, which goes through untouched.</summary>
public sealed class SniTests
{
    [Theory]
    [InlineData("api.example.com", "api")]
    [InlineData("API.example.COM", "api")]
    [InlineData("a.b.example.org", "wild")]
    [InlineData("example.org", "rest")]
    [InlineData("elsewhere.example", "rest")]
    [InlineData(null, "rest")]
    public async Task TheNameChoosesTheUpstream(string? name, string upstream)
    {
        using var servers = new Servers();
        await using ProxyRig rig = servers.Rig(rest: true);
        RawPeer client = await rig.ConnectAsync();
        byte[] hello = [.. Hello.Record(name), .. "and what follows"u8];
        await client.SendAsync(hello);
        RawPeer server = await servers[upstream].AcceptAsync();
        Assert.Equal(hello, await server.ReadBytesAsync(hello.Length));
        await server.SendAsync("answer");
        Assert.Equal("answer", await client.ReadTextAsync(6));
        server.Dispose();
    }

    [Fact]
    public async Task TheMessageMayArriveInPieces()
    {
        using var servers = new Servers();
        await using ProxyRig rig = servers.Rig(rest: false);
        RawPeer client = await rig.ConnectAsync();
        byte[] hello = Hello.Records(Hello.Message(Hello.Extension(0, Hello.ServerNames("api.example.com"))), 30);
        foreach (byte[] piece in hello.Chunk(7))
        {
            await client.SendAsync(piece);
            await rig.OnLoopAsync(() => 0);
        }

        RawPeer server = await servers["api"].AcceptAsync();
        Assert.Equal(hello, await server.ReadBytesAsync(hello.Length));
        server.Dispose();
    }

    [Fact]
    public async Task AnotherProtocolGoesToTheListenersUpstream()
    {
        using var servers = new Servers();
        await using ProxyRig rig = servers.Rig(rest: true);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("SSH-2.0-x\r\n");
        RawPeer server = await servers["rest"].AcceptAsync();
        Assert.Equal("SSH-2.0-x\r\n", await server.ReadTextAsync(11));
        server.Dispose();
    }

    public static TheoryData<string, byte[], bool> Unroutable => new()
    {
        { "NoRoute", Hello.Record("elsewhere.example"), false },
        { "NotTls", [.. "GET / HTTP/1.1\r\n\r\n"u8], false },
        { "BadName", Hello.Record("a b"), false },
        { "Ended", Hello.Record("api.example.com")[..20], true },
        { "TimedOut", Hello.Record("api.example.com")[..20], false },
    };

    [Theory]
    [MemberData(nameof(Unroutable))]
    public async Task WhatLeadsNowhereIsClosedAndCounted(string reason, byte[] sent, bool thenFin)
    {
        using var servers = new Servers();
        await using ProxyRig rig = servers.Rig(rest: false, limitMs: reason == "TimedOut" ? 2000 : 30_000);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(sent);
        if (thenFin) client.FinishSending();
        await client.ExpectResetAsync();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the connection is gone");
        Assert.Equal([KeyValuePair.Create(reason, 1L)], rig.Listener.RefusedClientHellos);
    }

    [Fact]
    public async Task AMalformedMessageIsClosedEvenWhereThereIsAnUpstreamForTheRest()
    {
        using var servers = new Servers();
        await using ProxyRig rig = servers.Rig(rest: true);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync((byte[])[22, 3, 1, 0, 0]);
        await client.ExpectResetAsync();
        Assert.Equal(0, servers["rest"].Count);
    }

    private sealed class Servers : IDisposable
    {
        private readonly Dictionary<string, Upstream> _all = new() { ["api"] = new(), ["wild"] = new(), ["rest"] = new() };

        public Upstream this[string name] => _all[name];

        public ProxyRig Rig(bool rest, int limitMs = 30_000) => new(new ProxySettings
        {
            Listeners =
            [
                new ListenerSettings
                {
                    Name = "tls",
                    Protocol = ListenerProtocol.Tcp,
                    Address = new IPEndPoint(IPAddress.Loopback, 0),
                    Routes =
                    [
                        new RouteSettings { Hosts = ["api.example.com"], Upstream = "api" },
                        new RouteSettings { Hosts = ["*.example.org"], Upstream = "wild" },
                    ],
                    Upstream = rest ? "rest" : null,
                    Timeouts = new TimeoutSettings { RequestHeader = TimeSpan.FromMilliseconds(limitMs) },
                },
            ],
            Upstreams = [.. _all.Select(pair => ProxyRig.Pool(pair.Value.Address) with { Name = pair.Key })],
        });

        public void Dispose()
        {
            foreach (Upstream upstream in _all.Values) upstream.Dispose();
        }
    }
}
