using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Proxy.Tests.Support;

/// <summary>One datagram socket, as client or server. Every wait is bounded.</summary>
internal sealed class UdpPeer : IDisposable
{
    private readonly Socket _socket;
    private int _received;

    public UdpPeer(IPEndPoint? at = null)
    {
        at ??= new IPEndPoint(IPAddress.Loopback, 0);
        _socket = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(at);
    }

    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Datagrams that an echo has received.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <summary>Answers every datagram with the same bytes, so often.</summary>
    public UdpPeer Echo(int answers = 1)
    {
        _ = Task.Run(async () =>
        {
            byte[] buffer = new byte[70_000];
            while (true)
            {
                try
                {
                    SocketReceiveFromResult got = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    Interlocked.Increment(ref _received);
                    for (int i = 0; i < answers; i++) await _socket.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), got.RemoteEndPoint);
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException)
                {
                    return; // Disposed: the test is over.
                }
            }
        });
        return this;
    }

    public Task SendAsync(EndPoint to, string text) => SendAsync(to, Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(EndPoint to, byte[] bytes) => Assert.Equal(bytes.Length, await _socket.SendToAsync(bytes, to, Deadline.Token));

    public async Task<(byte[] Bytes, IPEndPoint From)> ReceiveAsync()
    {
        byte[] buffer = new byte[70_000];
        EndPoint any = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        SocketReceiveFromResult got = await _socket.ReceiveFromAsync(buffer, any, Deadline.Token);
        return (buffer[..got.ReceivedBytes], (IPEndPoint)got.RemoteEndPoint);
    }

    public async Task<string> ReceiveTextAsync() => Encoding.Latin1.GetString((await ReceiveAsync()).Bytes);

    public void Dispose() => _socket.Dispose();
}
