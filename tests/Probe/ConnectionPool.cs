using System.Collections.Concurrent;
using System.Text;

namespace Probe;

/// <summary>The idle connections of a run with <c>--reuse</c>, and the one request that they all send.</summary>
internal sealed class ConnectionPool : IDisposable
{
    private readonly ConcurrentStack<HttpConnection> _idle = new();

    public ConnectionPool(ProbeOptions options)
    {
        string connection = options.Reuse ? "keep-alive" : "close";
        Request = Encoding.ASCII.GetBytes(
            $"GET {options.Path} HTTP/1.1\r\nHost: {options.Target}\r\n{options.Headers}Connection: {connection}\r\n\r\n");
    }

    public byte[] Request { get; }

    public HttpConnection? TryTake() => _idle.TryPop(out var connection) ? connection : null;

    public void Return(HttpConnection connection) => _idle.Push(connection);

    public void Dispose()
    {
        while (_idle.TryPop(out var connection)) connection.Dispose();
    }
}
