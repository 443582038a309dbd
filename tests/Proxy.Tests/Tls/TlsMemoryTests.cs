using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Tls;

/// <summary>What idle TLS connections hold.</summary>
[Collection(nameof(TlsSession))]
public sealed class TlsMemoryTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly Upstream _upstream = new Upstream().ServeAnswer(TlsRigs.Answer);

    public void Dispose()
    {
        _upstream.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task IdleConnectionsHoldNoBufferAndGoWithTheirSessions()
    {
        await using var rig = new ProxyRig(TlsRigs.Settings(TlsRigs.With(_authority.Issue("a.example")), _upstream.Address));
        var clients = new List<TlsPeer>();
        for (int i = 0; i < 50; i++)
        {
            TlsPeer client = await TlsPeer.ConnectAsync(rig.Address, TlsPeer.Options("a.example", _authority));
            clients.Add(client);
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadUntilAsync("ok");
        }

        Assert.Equal(50, TlsSession.Live);
        await Deadline.Until(() => rig.Loop.Buffers.Rented == 0, () => $"{rig.Loop.Buffers.Rented} blocks are held by idle connections");
        await clients[0].SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await clients[0].ReadUntilAsync("ok");
        clients.ForEach(client => client.Dispose());
        await Deadline.Until(() => TlsSession.Live == 0, () => $"{TlsSession.Live} sessions left");
    }
}
