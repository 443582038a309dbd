using System.Net;
using System.Net.Sockets;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using Proxy.Tests.Tls;

namespace Proxy.Tests.Transport;

/// <summary>A client's limit of bytes per second where the bytes take other ways than the plain one: through TLS, and through tunnels that would splice.</summary>
public sealed class ThrottledTests : IDisposable
{
    private const int Rate = 600_000;

    /// <summary>Well above what a tunnel copies before it splices.</summary>
    private const int Length = 600_000;

    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task BytesArriveWholeAndKeepTheRate(bool tls, bool upwards)
    {
        using var server = new Upstream();
        await using var rig = new ProxyRig(Settings(tls, server.Address));
        using Stream client = await ConnectAsync(rig, tls);
        await client.WriteAsync(new byte[1], Deadline.Token);
        using RawPeer peer = await server.AcceptAsync();
        await peer.ReadBytesAsync(1);
        byte[] sent = new byte[Length];
        new Random(7).NextBytes(sent);
        byte[] received = new byte[Length];
        long begun = Environment.TickCount64;
        Task sending = upwards ? client.WriteAsync(sent, Deadline.Token).AsTask() : peer.SendAsync(sent);
        if (upwards) received = await peer.ReadBytesAsync(Length);
        else await client.ReadExactlyAsync(received, Deadline.Token);
        await sending;
        double seconds = (Environment.TickCount64 - begun) / 1000.0;
        Assert.True(sent.AsSpan().SequenceEqual(received), "the bytes are not what was sent");
        // Less the burst of an eighth of a second at the beginning, and the last piece of as much, for which nobody waits.
        Assert.True(seconds >= 0.9 * (((double)Length / Rate) - 0.25), $"{seconds} s");
        Assert.Equal(0L, await rig.OnLoopAsync(() => rig.Loop.Pipes.MovedBytes));
        peer.Dispose();
        client.Dispose();
    }

    private ProxySettings Settings(bool tls, IPEndPoint server)
    {
        ProxySettings settings = TlsRigs.Settings(TlsRigs.With(_authority.Issue("a.example")), ListenerProtocol.Tcp, server);
        ListenerSettings listener = settings.Listeners[0] with { Admission = new AdmissionSettings { BytesPerSecond = Rate } };
        return settings with { Listeners = [tls ? listener : listener with { Tls = null }] };
    }

    private async Task<Stream> ConnectAsync(ProxyRig rig, bool tls)
    {
        if (tls) return (await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", _authority))).Stream;
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(rig.Address, Deadline.Token);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
