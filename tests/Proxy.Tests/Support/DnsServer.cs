using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Appliance.Proxy.Names;
using Proxy.Tests.Names;

namespace Proxy.Tests.Support;

/// <summary>A real name server on loopback over UDP: says the addresses that the test sets, with a time to live of one second.</summary>
internal sealed class DnsServer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private int _asked;

    public DnsServer()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = Task.Run(ServeAsync);
    }

    /// <summary>IPv4 addresses of every name; null: it fails.</summary>
    public string[]? Addresses { get; set; } = [];

    /// <summary>Questions for IPv4 addresses so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public DnsResolver Resolver => new(
        new SocketDnsTransport(),
        () => new ResolverConfig([(IPEndPoint)_socket.LocalEndPoint!], TimeSpan.FromSeconds(2), 1),
        _ => ImmutableArray<IPAddress>.Empty,
        TimeProvider.System);

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync()
    {
        byte[] buffer = new byte[512];
        while (true)
        {
            try
            {
                SocketReceiveFromResult got = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await _socket.SendToAsync(Answer(buffer[..got.ReceivedBytes]), got.RemoteEndPoint);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return; // Disposed: the test is over.
            }
        }
    }

    private byte[] Answer(byte[] query)
    {
        if (query[^3] != DnsMessage.TypeA) return DnsText.Answer(query, 0x8180);
        Interlocked.Increment(ref _asked);
        if (Addresses is not { } addresses) return DnsText.Answer(query, 0x8182);
        int offset = 12;
        Assert.True(DnsName.TryRead(query, ref offset, out string name));
        return DnsText.Answer(query, 0x8180, [.. addresses.Select(address => DnsText.Address(name, address, 1))]);
    }
}
