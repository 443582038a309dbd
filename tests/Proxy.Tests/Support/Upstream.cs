using System.Net;
using System.Net.Sockets;
using TestSupport;

namespace Proxy.Tests.Support;

/// <summary>A server made by hand: the test accepts its connections and says every byte, or gives it a script for all of them.</summary>
internal sealed class Upstream : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<RawPeer> _accepted = [];
    private int _count;

    public Upstream(int? receiveBuffer = null, IPEndPoint? at = null)
    {
        if (receiveBuffer is { } size) _listening.ReceiveBufferSize = size;
        _listening.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listening.Bind(at ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen(512);
    }

    public IPEndPoint Address => (IPEndPoint)_listening.LocalEndPoint!;

    /// <summary>Connections accepted so far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>An address at which nobody listens, and nobody will but the test itself.</summary>
    public static IPEndPoint Nobody() => new(IPAddress.Loopback, FreePort.Take());

    public async Task<RawPeer> AcceptAsync()
    {
        Socket socket = await _listening.AcceptAsync(Deadline.Token);
        socket.NoDelay = true;
        return Keep(new RawPeer(socket));
    }

    /// <summary>Serves every connection by a script, until disposed. A script ends when its connection does.</summary>
    public Upstream Serve(Func<RawPeer, Task> script)
    {
        _ = Task.Run(async () =>
        {
            while (true)
            {
                Socket socket;
                try
                {
                    socket = await _listening.AcceptAsync();
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException)
                {
                    return; // Disposed: the test is over.
                }

                socket.NoDelay = true;
                _ = RunAsync(script, Keep(new RawPeer(socket)));
            }
        });
        return this;
    }

    /// <summary>Answers each request without a body with the same bytes, for as long as the connection lasts.</summary>
    public Upstream ServeAnswer(string answer) => Serve(async peer =>
    {
        while (true)
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync(answer);
        }
    });

    /// <summary>Ends all connections and listens no more.</summary>
    public void Dispose()
    {
        _listening.Dispose();
        lock (_accepted) _accepted.ForEach(peer => peer.Dispose());
    }

    private static async Task RunAsync(Func<RawPeer, Task> script, RawPeer peer)
    {
        try
        {
            await script(peer);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The proxy has closed, or the test is over: what went wrong shows at the client's side.
            peer.Dispose();
        }
    }

    private RawPeer Keep(RawPeer peer)
    {
        Interlocked.Increment(ref _count);
        lock (_accepted) _accepted.Add(peer);
        return peer;
    }
}
