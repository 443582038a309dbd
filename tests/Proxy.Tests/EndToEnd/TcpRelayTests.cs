using System.Net.Sockets;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using TestSupport;

namespace Proxy.Tests.EndToEnd;

/// <summary>The tcp protocol: bytes, half-closes and resets go through as they are.</summary>
public sealed class TcpRelayTests
{
    /// <summary>Long enough that a busy machine does not make the busy side silent for so long.</summary>
    private static readonly TimeSpan BusyLimit = TimeSpan.FromSeconds(60);

    private readonly VirtualClock _clock = new();

    [Fact]
    public async Task BytesGoBothWays()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        byte[] bytes = new byte[2_000_000];
        new Random(7).NextBytes(bytes);
        Task up = client.SendAsync(bytes);
        Assert.Equal(bytes, await server.ReadBytesAsync(bytes.Length));
        await up;
        Task down = server.SendAsync(bytes);
        Assert.Equal(bytes, await client.ReadBytesAsync(bytes.Length));
        await down;
        client.Dispose();
        server.Dispose();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the relay ends");
        Assert.Equal((2_000_000, 2_000_000), (rig.Listener.ReceivedBytes, rig.Listener.SentBytes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AHalfCloseIsPassedOnAndTheOtherDirectionGoesOn(bool clientFirst)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        (RawPeer first, RawPeer second) = clientFirst ? (client, server) : (server, client);
        await first.SendAsync("question");
        first.FinishSending();
        Assert.Equal("question", await second.ReadToEndAsync());
        byte[] answer = new byte[500_000];
        Task sending = second.SendAsync(answer);
        Assert.Equal(answer, await first.ReadBytesAsync(answer.Length));
        await sending;
        second.FinishSending();
        await first.ExpectEndAsync();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the relay ends with the second half");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AResetIsPassedOn(bool clientResets)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        (clientResets ? client : server).Reset();
        await (clientResets ? server : client).ExpectResetAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AResetIsPassedOnAlsoAfterTheOtherSideHasHalfClosed(bool clientResets)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        (RawPeer resetting, RawPeer other) = clientResets ? (client, server) : (server, client);
        other.FinishSending();
        await resetting.ExpectEndAsync();
        resetting.Reset();
        await other.ExpectResetAsync();
    }

    [Fact]
    public async Task ASilentRelayEndsAtItsLimitWithAReset()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(new TimeoutSettings { Tunnel = TimeSpan.FromMilliseconds(150) }, upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        await client.ExpectResetAsync();
        await server.ExpectResetAsync();
    }

    [Fact]
    public async Task OneBusyDirectionKeepsTheRelayAlive()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = new(ProxyRig.TcpSettings(new TimeoutSettings { Tunnel = BusyLimit }, upstream.Address), time: _clock);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        await KeepBusyAsync(rig, client, server);
        await server.SendAsync("still here");
        Assert.Equal("still here", await client.ReadTextAsync(10));
        server.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AResetAfterALongSilenceOfThatSideIsStillAReset(bool clientBusy)
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = new(ProxyRig.TcpSettings(new TimeoutSettings { Tunnel = BusyLimit }, upstream.Address), time: _clock);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        (RawPeer busy, RawPeer silent) = clientBusy ? (client, server) : (server, client);
        await KeepBusyAsync(rig, busy, silent);
        silent.Reset();
        await busy.ExpectResetAsync();
    }

    [Fact]
    public async Task ARefusedServerCostsATryAndTheNextTakesOver()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(Upstream.Nobody(), upstream.Address);
        (RawPeer client, RawPeer server) = await ConnectAsync(rig, upstream);
        await client.SendAsync("hello");
        Assert.Equal("hello", await server.ReadTextAsync(5));
        server.Dispose();
    }

    [Fact]
    public async Task WhenNoServerCanBeReachedTheClientSeesAReset()
    {
        await using ProxyRig rig = ProxyRig.Tcp(Upstream.Nobody());
        // The reset may come before connect(2) has even returned to us.
        var error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            RawPeer client = await rig.ConnectAsync();
            await client.ReadToEndAsync();
        });
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task BytesSentBeforeTheServerIsConnectedArrive()
    {
        using var upstream = new Upstream();
        await using ProxyRig rig = ProxyRig.Tcp(Upstream.Nobody(), Upstream.Nobody(), upstream.Address);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("at once");
        client.FinishSending();
        RawPeer server = await upstream.AcceptAsync();
        Assert.Equal("at once", await server.ReadToEndAsync());
        server.Dispose();
    }

    private async Task KeepBusyAsync(ProxyRig rig, RawPeer busy, RawPeer silent)
    {
        for (int i = 0; i < 4; i++)
        {
            await busy.SendAsync("x");
            Assert.Equal("x", await silent.ReadTextAsync(1));
            // Shorter than the limit, while the other side is silent for longer.
            rig.Settle();
            _clock.Advance(BusyLimit * 0.75);
            rig.Settle();
        }
    }

    private static async Task<(RawPeer Client, RawPeer Server)> ConnectAsync(ProxyRig rig, Upstream upstream)
    {
        RawPeer client = await rig.ConnectAsync();
        return (client, await upstream.AcceptAsync());
    }
}
