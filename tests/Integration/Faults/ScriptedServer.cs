using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Integration.Faults;

/// <summary>A server that runs a script for each connection, on a thread of its own, and closes when the script returns.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentBag<Socket> _connections = [];
    private readonly Action<ScriptedConnection> _script;
    private volatile bool _ended;

    public ScriptedServer(Action<ScriptedConnection> script)
    {
        _script = script;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(4096);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port { get; }

    /// <summary>Connections accepted so far.</summary>
    public int Accepted => _connections.Count;

    public void Dispose()
    {
        _ended = true;
        _listener.Dispose();
        foreach (Socket connection in _connections) connection.Dispose();
    }

    private void Accept()
    {
        while (!_ended)
        {
            try
            {
                Socket accepted = _listener.Accept();
                accepted.NoDelay = true;
                _connections.Add(accepted);
                new Thread(() => Serve(accepted), 256 * 1024) { IsBackground = true }.Start();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                if (_ended) return;
            }
        }
    }

    private void Serve(Socket accepted)
    {
        using (accepted)
        {
            try
            {
                _script(new ScriptedConnection(accepted));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or EndOfStreamException)
            {
                return; // The peer went away, or the test is over: how a script mostly ends.
            }
        }
    }
}
