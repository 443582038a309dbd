using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>The end of a TLS stream is close_notify; FIN alone is a truncation, and nobody may take what came before it for the whole.</summary>
public sealed class StreamEndTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AClientsStreamEndsWellOnlyWithCloseNotify(bool orderly)
    {
        using var upstream = new Upstream();
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(_authority.Issue("a.example")), ListenerProtocol.Tcp, upstream.Address));
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", _authority));
        await client.SendAsync("abc");
        RawPeer server = await upstream.AcceptAsync();
        Assert.Equal("abc", await server.ReadTextAsync(3));
        if (orderly) await client.Stream.ShutdownAsync();
        else client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        if (!orderly)
        {
            await server.ExpectResetAsync();
            return;
        }

        await server.ExpectEndAsync();
        // Half-close: the answer still goes the other way, and ends in order, too.
        await server.SendAsync("answer");
        server.FinishSending();
        Assert.Equal("answer", await client.ReadUntilAsync("answer"));
        Assert.Equal(0, await client.Stream.ReadAsync(new byte[1], Deadline.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnAnswerThatEndsWithTheStreamIsCompleteOnlyWithCloseNotify(bool orderly)
    {
        using var server = new TlsUpstream(_authority.IssueForClient("127.0.0.1"), async (stream, socket) =>
        {
            _ = await stream.ReadAsync(new byte[16384]);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\nhalf of it"u8.ToArray());
            if (orderly) await stream.ShutdownAsync();
            socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            _ = await socket.ReceiveAsync(new byte[100]);
        });
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), server.Address);
        await using var rig = new ProxyRig(settings with
        {
            Upstreams = TlsRigs.SecurePool(new UpstreamTlsSettings { CaFile = _authority.RootFile }, server.Address),
        });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        if (orderly)
        {
            Assert.Equal("chunked", (await client.ReadHeadAsync())["Transfer-Encoding"]);
            Assert.Equal("half of it", (await client.ReadChunkedAsync()).Text);
        }
        else
        {
            Assert.DoesNotContain("\r\n0\r\n", await client.ExpectResetAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TheConnectionEndsWithCloseNotify()
    {
        using Upstream upstream = new Upstream().ServeAnswer(TlsRigs.Answer);
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(_authority.Issue("a.example")), upstream.Address));
        // It warns when the stream is torn.
        string curl = await Openssl.RunAsync(
            "curl", "", "-sS", "-v", "--http1.1", "--resolve", $"a.example:{rig.Address.Port}:127.0.0.1", "--cacert", _authority.RootFile,
            "-H", "Connection: close", $"https://a.example:{rig.Address.Port}/");
        Assert.Contains("< HTTP/1.1 200 OK", curl, StringComparison.Ordinal);
        string printed = await Openssl.AskAsync(rig.Address, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "-ign_eof", "-msg");
        Assert.Matches("<<< TLS 1.3, Alert.*warning close_notify", printed);
    }

    [Fact]
    public async Task AnUnsentRestIsFollowedByAResetAndNoCloseNotify()
    {
        using var upstream = new Upstream();
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(_authority.Issue("a.example")), ListenerProtocol.Tcp, upstream.Address));
        using TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", _authority));
        RawPeer server = await upstream.AcceptAsync();
        await server.SendAsync(new byte[100_000]);
        server.Reset();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            byte[] buffer = new byte[16384];
            while (await client.Stream.ReadAsync(buffer, Deadline.Token) > 0)
            {
            }
        });
    }
}
