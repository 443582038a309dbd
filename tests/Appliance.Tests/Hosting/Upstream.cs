using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Tests.Hosting;

/// <summary>A server behind the proxy: answers each request with its name, at once or when it is let go.</summary>
public sealed class Upstream : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _gate = new(0);
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly string _name;
    private readonly bool _gated;

    public Upstream(string name, bool gated = false)
    {
        _name = name;
        _gated = gated;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Lets one answer go.</summary>
    public void Release() => _gate.Release();

    /// <summary>Waits until a request is here.</summary>
    public async Task WaitForRequestAsync() => Assert.True(await _arrived.WaitAsync(DaemonUnderTest.Limit));

    public void Dispose()
    {
        _listener.Stop();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return; // disposed: the end of every test
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
                while (await reader.ReadLineAsync() is { } line)
                {
                    if (line.Length > 0) continue;
                    _arrived.Release();
                    if (_gated) await _gate.WaitAsync();
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {_name.Length}\r\n\r\n{_name}"));
                }
            }
            catch (IOException)
            {
                return; // the proxy has closed its side
            }
        }
    }
}
