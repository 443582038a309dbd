using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Tls;
using Appliance.Proxy.Transport;
using Proxy.Tests.Tls;

namespace Proxy.Tests.Support;

/// <summary>
/// The other end of a connection that speaks TLS, as one that does not: what the test sends and receives in the clear goes through the framework's
/// TLS, ends and resets included. It buffers little, so that a slow test is a slow peer.
/// </summary>
internal sealed class TlsBridge : IDisposable
{
    private const int BufferBytes = 8 * 1024;

    private readonly Socket _inner;
    private readonly Socket _outer;

    private TlsBridge(Socket inner, RawPeer plain, Socket outer)
    {
        _inner = inner;
        Plain = plain;
        _outer = outer;
    }

    /// <summary>The test's end.</summary>
    public RawPeer Plain { get; }

    /// <summary>Makes the handshake, ours being the server.</summary>
    public static async Task<TlsBridge> SecureAsync(LoopRig rig, Connection ours, RawPeer peer)
    {
        using var authority = new TestAuthority();
        TlsSettings tls = TlsRigs.With(authority.Issue("www.example.com"));
        TlsServerContext context =
            TlsServerContext.Load(TlsRigs.Settings(tls).Listeners[0], tls, new TicketKeys([], TimeProvider.System));
        Task<bool> secured = rig.RunAsync(async () => await ours.StartTlsServerAsync(context, long.MaxValue));
        var stream = new SslStream(new NetworkStream(peer.Socket));
        await stream.AuthenticateAsClientAsync(TlsPeer.Options("www.example.com", authority), Deadline.Token);
        Assert.True(await secured);
        using var listening = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = BufferBytes };
        listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen(1);
        RawPeer plain = await RawPeer.ConnectAsync(listening.LocalEndPoint!, receiveBuffer: BufferBytes);
        Socket inner = await listening.AcceptAsync(Deadline.Token);
        inner.SendBufferSize = BufferBytes;
        var bridge = new TlsBridge(inner, plain, peer.Socket);
        // Made before either direction runs: none can be made any more of a socket of which one half is shut down.
        var clear = new NetworkStream(inner);
        _ = Task.Run(() => CarryAsync(clear, stream, bridge, () => stream.ShutdownAsync()));
        _ = Task.Run(() => CarryAsync(stream, clear, bridge, () =>
        {
            inner.Shutdown(SocketShutdown.Send);
            return Task.CompletedTask;
        }));
        return bridge;
    }

    public void Dispose()
    {
        Plain.Dispose();
        _inner.Dispose();
    }

    private static async Task CarryAsync(Stream from, Stream to, TlsBridge bridge, Func<Task> end)
    {
        byte[] buffer = new byte[BufferBytes];
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer)) > 0) await to.WriteAsync(buffer.AsMemory(0, count));
            await end();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException)
        {
            // What tears one side tears the other.
            bridge._inner.LingerState = new LingerOption(true, 0);
            bridge._inner.Close();
            bridge._outer.Dispose();
        }
    }
}
