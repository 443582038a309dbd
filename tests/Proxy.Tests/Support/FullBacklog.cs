using System.Net;
using System.Net.Sockets;

namespace Proxy.Tests.Support;

/// <summary>A listening socket whose queue is full, so that the kernel leaves the next SYN unanswered.</summary>
internal sealed class FullBacklog : IDisposable
{
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _waiting = [];

    public FullBacklog()
    {
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen(1);
        // The queue holds backlog + 1; the rest hang in SYN-SENT, which shows that it is full.
        for (int i = 0; i < 4; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _waiting.Add(socket);
            try
            {
                socket.Connect(_listening.LocalEndPoint!);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // As a non-blocking connect begins.
                continue;
            }
        }
    }

    public IPEndPoint Address => (IPEndPoint)_listening.LocalEndPoint!;

    public void Dispose()
    {
        _listening.Dispose();
        _waiting.ForEach(socket => socket.Dispose());
    }
}
