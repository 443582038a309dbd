using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;

namespace Proxy.Tests.EndToEnd;

/// <summary>Listening sockets that outlive a server: somebody else holds them, as systemd does, until the next one takes them.</summary>
public sealed class HandOverTests
{
    private const int Clients = 40;

    private readonly Dictionary<string, int> _held = [];

    [Theory]
    [InlineData(2, 2)]
    [InlineData(1, 3)]
    public async Task ConnectionsThatArriveBetweenTwoServersAreServedByTheSecond(int loopsBefore, int loopsAfter)
    {
        IPEndPoint address = RunOnceAndHold(loopsBefore);
        List<RawPeer> clients = await ConnectAsync(address); // nobody accepts now
        using ProxyServer server = New(loopsAfter);
        server.Start(Settings(address), _held);
        clients.AddRange(await ConnectAsync(address));

        foreach (RawPeer client in clients) await AssertServedAsync(client);
        List<string> names = [];
        server.VisitListenSockets((name, _) => names.Add(name));
        Assert.Equal(Enumerable.Range(0, loopsAfter).Select(loop => $"tcp/127.0.0.1;{address.Port}/{loop}"), names);
    }

    [Fact]
    public async Task SocketsOfLoopsThatAreNoMoreSwallowNoConnection()
    {
        IPEndPoint address = RunOnceAndHold(loops: 3);
        using ProxyServer server = New(loops: 1);
        server.Start(Settings(address), _held);

        foreach (RawPeer client in await ConnectAsync(address)) await AssertServedAsync(client);
    }

    [Fact]
    public async Task SocketThatNoListenerWantsIsClosed()
    {
        IPEndPoint address = RunOnceAndHold(loops: 2);
        using ProxyServer server = New(loops: 2);
        server.Start(Settings(new IPEndPoint(IPAddress.Loopback, 0)), _held);

        var refused = await Assert.ThrowsAsync<SocketException>(() => RawPeer.ConnectAsync(address));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task SocketThatIsNotWhatItsNameSaysIsNotTaken()
    {
        IPEndPoint address = Upstream.Nobody();
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _held[$"tcp/127.0.0.1;{address.Port}/0"] = Duplicate((int)other.Handle);
        using ProxyServer server = New(loops: 1);
        server.Start(Settings(address), _held);

        foreach (RawPeer client in await ConnectAsync(address)) await AssertServedAsync(client);
    }

    /// <summary>systemd gives them without the flag; the operator's scripts, which the daemon starts, must not keep the port open.</summary>
    [Fact]
    public void SocketsThatAreTakenOverAreNotPassedOnToChildren()
    {
        IPEndPoint address = RunOnceAndHold(loops: 2);
        Assert.All(_held.Values, descriptor => Assert.False(IsClosedOnExec(descriptor)));
        using ProxyServer server = New(loops: 2);
        server.Start(Settings(address), _held);

        server.VisitListenSockets((_, descriptor) => Assert.True(IsClosedOnExec(descriptor)));
        Assert.All(_held.Values, descriptor => Assert.True(IsClosedOnExec(descriptor)));
    }

    [Fact]
    public void ClosedListenerIsNotShown()
    {
        using ProxyServer server = New(loops: 2);
        server.Start(Settings(new IPEndPoint(IPAddress.Loopback, 0)));
        server.Apply(new ProxySettings { Listeners = [] });

        server.VisitListenSockets((name, _) => Assert.Fail(name));
    }

    private static bool IsClosedOnExec(int descriptor)
    {
        const int CloseOnExec = 0x80000; // O_CLOEXEC, 02000000 in the kernel's octal
        string line = File.ReadLines($"/proc/self/fdinfo/{descriptor}").Single(line => line.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt32(line["flags:".Length..].Trim(), 8) & CloseOnExec) != 0;
    }

    [DllImport("libc", EntryPoint = "dup")]
    private static extern int Duplicate(int descriptor);

    private static ProxyServer New(int loops) => new(loops, null, new RecordingLog());

    private static ProxySettings Settings(IPEndPoint address) => new()
    {
        Listeners = [new ListenerSettings { Name = "web", Protocol = ListenerProtocol.Local, Address = address, Handler = new Hello() }],
    };

    private static async Task<List<RawPeer>> ConnectAsync(IPEndPoint address)
    {
        List<RawPeer> clients = [];
        for (int i = 0; i < Clients; i++) clients.Add(await RawPeer.ConnectAsync(address));
        return clients;
    }

    private static async Task AssertServedAsync(RawPeer client)
    {
        using RawPeer peer = client;
        await peer.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("hello", (await peer.ReadAnswerAsync()).Body);
    }

    /// <summary>A server starts and ends; its sockets stay open here.</summary>
    private IPEndPoint RunOnceAndHold(int loops)
    {
        using ProxyServer server = New(loops);
        server.Start(Settings(new IPEndPoint(IPAddress.Loopback, 0)));
        server.VisitListenSockets((name, descriptor) => _held[name] = Duplicate(descriptor));
        Assert.Equal(loops, _held.Count);
        return (IPEndPoint)server.Addresses["web"];
    }

    private sealed class Hello : ILocalHandler
    {
        public ValueTask HandleAsync(LocalExchange exchange)
        {
            "hello"u8.CopyTo(exchange.Output.GetSpan(5));
            exchange.Output.Advance(5);
            return ValueTask.CompletedTask;
        }
    }
}
