using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Appliance.Proxy;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using TestSupport;

namespace Proxy.Tests.EndToEnd;

/// <summary>Limits before a byte is parsed, on real connections. Clients are told apart by addresses of 127.0.0.0/8.</summary>
public sealed class AdmissionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task AClientHasNoMoreConnectionsThanItMayAndOthersAreServed(int loops)
    {
        using var upstream = Echo();
        await using ProxyRig rig = Rig(upstream, new AdmissionSettings { ConcurrentConnections = 3 }, loops: loops);
        for (int i = 0; i < 3; i++) await EchoedAsync(await rig.ConnectAsync());
        await ExpectRefusedAsync("127.0.0.1", rig);
        using RawPeer other = await FromAsync("127.0.0.2", rig);
        await EchoedAsync(other);
        Assert.Equal(1, Refused(rig, AdmissionRule.ClientConnections));
        Assert.Equal(4, rig.Listener.AcceptedConnections);
    }

    [Fact]
    public async Task AClosedConnectionMakesRoomForTheNext()
    {
        using var upstream = Echo();
        await using ProxyRig rig = Rig(upstream, new AdmissionSettings { ConcurrentConnections = 1 });
        for (int i = 0; i < 20; i++)
        {
            RawPeer client = await RawPeer.ConnectAsync(rig.Address);
            await EchoedAsync(client);
            if (i % 2 == 0) client.Dispose();
            else client.Reset();
            await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the connection is closed");
        }

        Assert.Equal(0, Refused(rig, AdmissionRule.ClientConnections));
    }

    [Fact]
    public async Task ConnectionsAboveTheRateAreReset()
    {
        using var upstream = Echo();
        await using ProxyRig rig = Rig(upstream, new AdmissionSettings { ConnectionsPerSecond = 0.01, ConnectionBurst = 2 });
        await EchoedAsync(await rig.ConnectAsync());
        await EchoedAsync(await rig.ConnectAsync());
        await ExpectRefusedAsync("127.0.0.1", rig);
        Assert.Equal(1, Refused(rig, AdmissionRule.ConnectionRate));
    }

    [Fact]
    public async Task TheListenersBoundHoldsOverAllClients()
    {
        using var upstream = Echo();
        await using ProxyRig rig = Rig(upstream, new AdmissionSettings { MaximumConnections = 2 });
        using RawPeer first = await FromAsync("127.0.0.2", rig), second = await FromAsync("127.0.0.3", rig);
        await EchoedAsync(first);
        await EchoedAsync(second);
        await ExpectRefusedAsync("127.0.0.4", rig);
        Assert.Equal(1, Refused(rig, AdmissionRule.ListenerConnections));
        first.Dispose();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 1, "the first is closed");
        using RawPeer fourth = await FromAsync("127.0.0.4", rig);
        await EchoedAsync(fourth);
    }

    [Fact]
    public async Task CountsSurviveAReload()
    {
        using var upstream = Echo();
        ProxySettings settings = Settings(upstream, new AdmissionSettings { ConcurrentConnections = 2 });
        await using var rig = new ProxyRig(settings);
        await EchoedAsync(await rig.ConnectAsync());
        rig.Server.Apply(Settings(upstream, new AdmissionSettings { ConcurrentConnections = 1 }));
        await ExpectRefusedAsync("127.0.0.1", rig);
        rig.Server.Apply(settings with { Listeners = [settings.Listeners[0] with { Admission = null }] });
        await EchoedAsync(await rig.ConnectAsync());
        rig.Server.Apply(settings);
        await EchoedAsync(await rig.ConnectAsync());
        await ExpectRefusedAsync("127.0.0.1", rig);
        Assert.Equal(2, Refused(rig, AdmissionRule.ClientConnections));
    }

    [Fact]
    public async Task ADroppedClientHearsNothing()
    {
        using var upstream = Echo();
        await using ProxyRig rig = Rig(upstream, new AdmissionSettings { MaximumConnections = 0, OnLimit = RefusalForm.Drop });
        using RawPeer client = await RawPeer.ConnectAsync(rig.Address);
        await Deadline.Until(() => Refused(rig, AdmissionRule.ListenerConnections) == 1, "it is refused");
        await client.SendAsync("is anybody there?");
        // Retransmission begins after 200 ms: by then a FIN, RST or acknowledgement would long have come over loopback.
        await Deadline.Until(() => Retransmits(client.Socket) > 0, "what it sends is not acknowledged");
        Assert.False(client.Socket.Poll(0, SelectMode.SelectRead));
        Assert.Equal(TcpState.Established, StateOf(client.Socket));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ADroppedClientIsHeldForItsTimeAndThenForgotten(bool more)
    {
        using var upstream = Echo();
        var clock = new VirtualClock();
        await using var rig = new ProxyRig(Settings(upstream, new AdmissionSettings { MaximumConnections = 0, OnLimit = RefusalForm.Drop }), time: clock);
        var clients = new List<RawPeer>();
        int count = more ? SilentRefusals.Capacity + 40 : 20;
        for (int i = 0; i < count; i++) clients.Add(await RawPeer.ConnectAsync(rig.Address));
        await Deadline.Until(() => Refused(rig, AdmissionRule.ListenerConnections) == count, "all are refused");
        await HeldAsync(rig.Address, clients, Math.Min(count, SilentRefusals.Capacity));
        clock.Advance(TimeSpan.FromSeconds(31));
        await HeldAsync(rig.Address, clients, 0);
        Assert.Equal(0, rig.Listener.ActiveConnections);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task EachDroppedClientIsHeldForItsOwnTime()
    {
        using var upstream = Echo();
        var clock = new VirtualClock();
        await using var rig = new ProxyRig(Settings(upstream, new AdmissionSettings { MaximumConnections = 0, OnLimit = RefusalForm.Drop }), time: clock);
        using RawPeer first = await RawPeer.ConnectAsync(rig.Address);
        await Deadline.Until(() => Refused(rig, AdmissionRule.ListenerConnections) == 1, "one is refused");
        clock.Advance(TimeSpan.FromSeconds(20));
        rig.Settle();
        using RawPeer second = await RawPeer.ConnectAsync(rig.Address);
        await Deadline.Until(() => Refused(rig, AdmissionRule.ListenerConnections) == 2, "the other is refused");
        clock.Advance(TimeSpan.FromSeconds(15));
        await HeldAsync(rig.Address, [first], 0);
        await HeldAsync(rig.Address, [second], 1);
        clock.Advance(TimeSpan.FromSeconds(20));
        await HeldAsync(rig.Address, [second], 0);
    }

    /// <summary>For want of memory nobody is held, which would cost some: the client hears at once.</summary>
    [Fact]
    public async Task AtTheMemoryLimitAlsoADroppingListenerResetsAndTheOperatorsOwnIsServed()
    {
        using var upstream = Echo();
        ProxySettings settings = Settings(upstream, new AdmissionSettings { OnLimit = RefusalForm.Drop });
        var inside = new TaskCompletionSource();
        var local = new ListenerSettings
        {
            Name = "admin",
            Protocol = ListenerProtocol.Local,
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            Handler = new Waiting(inside.Task),
        };
        await using var rig = new ProxyRig(settings with { Listeners = [settings.Listeners[0], local], MemoryLimit = 1 });
        // Its head stays in a buffer while the handler takes its time.
        RawPeer first = await rig.ConnectAsync("admin");
        await first.SendAsync("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
        await Deadline.Until(() => rig.OnLoopAsync(() => rig.Loop.Buffers.RentedBytes).Result > 0, "memory is in use");
        await ExpectRefusedAsync("127.0.0.1", rig, "relay");
        RawPeer second = await rig.ConnectAsync("admin");
        await second.SendAsync("GET /now HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(200, (await second.ReadAnswerAsync()).Head.Status);
        inside.SetResult();
        Assert.Equal(200, (await first.ReadAnswerAsync()).Head.Status);
    }

    [Fact]
    public async Task DroppedClientsAreNotHeldBeyondTheListener()
    {
        using var upstream = Echo();
        ProxySettings settings = Settings(upstream, new AdmissionSettings { MaximumConnections = 0, OnLimit = RefusalForm.Drop });
        await using var rig = new ProxyRig(settings);
        IPEndPoint address = rig.Address;
        using RawPeer client = await RawPeer.ConnectAsync(rig.Address);
        await Deadline.Until(() => Refused(rig, AdmissionRule.ListenerConnections) == 1, "it is refused");
        rig.Server.Apply(settings with { Listeners = [] });
        await HeldAsync(address, [client], 0);
    }

    [Fact]
    public async Task BehindAProxyTheClientThatTheHeaderNamesIsTheOneThatIsLimited()
    {
        using var upstream = Echo();
        ProxySettings settings = Settings(upstream, new AdmissionSettings { ConcurrentConnections = 1 });
        ListenerSettings listener = settings.Listeners[0] with { ProxyProtocol = true, TrustedProxies = [IPNetwork.Parse("127.0.0.1/32")] };
        await using var rig = new ProxyRig(settings with { Listeners = [listener] });
        RawPeer first = await AsAsync("192.0.2.1"), other = await AsAsync("192.0.2.2");
        await EchoedAsync(first);
        await EchoedAsync(other);
        RawPeer second = await AsAsync("192.0.2.1");
        await second.ExpectResetAsync();
        Assert.Equal(1, Refused(rig, AdmissionRule.ClientConnections));
        first.Dispose();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 1, "the first is closed");
        await EchoedAsync(await AsAsync("192.0.2.1"));
        // The proxy's own address has no place taken: it may still come for itself.
        RawPeer own = await rig.ConnectAsync();
        await own.SendAsync("PROXY UNKNOWN\r\n");
        await EchoedAsync(own);

        async Task<RawPeer> AsAsync(string client)
        {
            RawPeer peer = await rig.ConnectAsync();
            await peer.SendAsync($"PROXY TCP4 {client} 198.51.100.1 40000 443\r\n");
            return peer;
        }
    }

    [Fact]
    public async Task BytesOfAClientKeepTheRateInBothDirections()
    {
        const int Rate = 200_000;
        using var upstream = Echo();
        await using ProxyRig rig = Rig(upstream, new AdmissionSettings { BytesPerSecond = Rate });
        RawPeer client = await rig.ConnectAsync();
        long begun = Environment.TickCount64;
        // 100 kB there and back again, less an eighth of a second's burst: at least 0.875 s.
        byte[] sent = new byte[100_000];
        new Random(1).NextBytes(sent);
        Task sending = client.SendAsync(sent);
        byte[] received = await client.ReadBytesAsync(sent.Length);
        await sending;
        long elapsed = Environment.TickCount64 - begun;
        Assert.Equal(sent, received);
        Assert.True(elapsed >= 850, $"{elapsed} ms");
        Assert.Equal(0, rig.Listener.Admission.Refused.Sum());
    }

    [Fact]
    public async Task WhileAClientIsHeldUpTheLoopSleeps()
    {
        using var upstream = Echo();
        await using ProxyRig rig = Rig(upstream, new AdmissionSettings { BytesPerSecond = 10_000 });
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(new byte[20_000]);
        await client.ReadBytesAsync(1_000);
        long turns = rig.Status.Loops[0].Turns, begun = Environment.TickCount64;
        await client.ReadBytesAsync(4_000);
        long spent = Environment.TickCount64 - begun;
        // Ten idle turns a second and a few for each piece; a loop that polled would make thousands.
        Assert.InRange(rig.Status.Loops[0].Turns - turns, 0, 50 + spent / 10);
    }

    [Fact]
    public async Task AnotherClientIsNotHeldUp()
    {
        using var upstream = Echo();
        await using ProxyRig rig = Rig(upstream, new AdmissionSettings { BytesPerSecond = 4_000 });
        RawPeer slow = await rig.ConnectAsync();
        await slow.SendAsync(new byte[50_000]);
        await Deadline.Until(() => upstream.Count == 1, "the slow client is served");
        using RawPeer other = await FromAsync("127.0.0.2", rig);
        await EchoedAsync(other);
        Assert.False(slow.Socket.Poll(0, SelectMode.SelectError));
        slow.Reset();
    }

    [Fact]
    public async Task AtTheMemoryLimitNewConnectionsAreRefusedAndThoseThatExistGoOn()
    {
        using var upstream = new Upstream();
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings(), upstream.Address) with { MemoryLimit = 32 * 1024 };
        await using var rig = new ProxyRig(settings);
        RawPeer client = await rig.ConnectAsync();
        // The server does not read: what the client sends fills the relay's buffers, which are greater than the limit.
        byte[] much = new byte[32 * 1024 * 1024];
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {much.Length}\r\n\r\n");
        RawPeer server = await upstream.AcceptAsync();
        await server.ReadHeadAsync();
        Task sending = client.SendAsync(much);
        await Deadline.Until(() => rig.OnLoopAsync(() => rig.Loop.Buffers.RentedBytes).Result >= 32 * 1024, "the buffers are full");
        await ExpectRefusedAsync("127.0.0.1", rig);
        Assert.Equal(1, Refused(rig, AdmissionRule.Memory));
        Assert.Equal(much.Length, (await server.ReadBytesAsync(much.Length)).Length);
        await sending;
        await server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        Assert.Equal(204, (await client.ReadAnswerAsync()).Head.Status);
        await Deadline.Until(() => rig.OnLoopAsync(() => rig.Loop.Buffers.RentedBytes).Result == 0, "the buffers are back");
        RawPeer next = await rig.ConnectAsync();
        await next.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        Assert.Equal(204, (await next.ReadAnswerAsync()).Head.Status);
    }

    private sealed class Waiting(Task end) : ILocalHandler
    {
        public async ValueTask HandleAsync(LocalExchange exchange)
        {
            if (exchange.Path.SequenceEqual("/wait"u8)) await end;
        }
    }

    private static ProxyRig Rig(Upstream upstream, AdmissionSettings admission, int loops = 1) => new(Settings(upstream, admission), loops);

    private static ProxySettings Settings(Upstream upstream, AdmissionSettings? admission) => new()
    {
        Listeners =
        [
            new ListenerSettings
            {
                Name = "relay",
                Protocol = ListenerProtocol.Tcp,
                Address = new IPEndPoint(IPAddress.Loopback, 0),
                Upstream = "app",
                Admission = admission,
            },
        ],
        Upstreams = [ProxyRig.Pool(upstream.Address)],
    };

    private static Upstream Echo() => new Upstream().Serve(async peer =>
    {
        byte[] buffer = new byte[16 * 1024];
        int count;
        while ((count = await peer.Socket.ReceiveAsync(buffer)) > 0) await peer.SendAsync(buffer.AsMemory(0, count));
        peer.Dispose();
    });

    private static async Task EchoedAsync(RawPeer client)
    {
        await client.SendAsync("x");
        Assert.Equal("x", await client.ReadTextAsync(1));
    }

    private static async Task<RawPeer> FromAsync(string source, ProxyRig rig, string? listener = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        await socket.ConnectAsync(listener is null ? rig.Address : rig.Server.Addresses[listener], Deadline.Token);
        return new RawPeer(socket);
    }

    /// <summary>The kernel has completed the connection before it was refused, so the reset comes after connect or, to a slow caller, within it.</summary>
    private static async Task ExpectRefusedAsync(string source, ProxyRig rig, string? listener = null)
    {
        try
        {
            using RawPeer client = await FromAsync(source, rig, listener);
            Assert.Equal("", await client.ExpectResetAsync());
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return;
        }
    }

    /// <summary>Waits until so many of the clients' connections have their other end here: those that the data plane holds.</summary>
    private static Task HeldAsync(IPEndPoint listener, IEnumerable<RawPeer> clients, int expected)
    {
        HashSet<string> pairs = [.. clients.Select(client => $"{Hex(listener)} {Hex((IPEndPoint)client.Socket.LocalEndPoint!)}")];
        return Deadline.Until(() => Count() == expected, () => $"{Count()} are held, not {expected}");

        int Count() => File.ReadLines("/proc/net/tcp").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(line => pairs.Contains($"{line[1]} {line[2]}"));

        static string Hex(IPEndPoint end) => $"{BitConverter.ToUInt32(end.Address.GetAddressBytes()):X8}:{end.Port:X4}";
    }

    private static long Refused(ProxyRig rig, AdmissionRule rule) => rig.Listener.Admission.Refused[(int)rule];

    /// <summary>tcpi_retransmits of struct tcp_info.</summary>
    private static int Retransmits(Socket socket) => Info(socket)[2];

    private static TcpState StateOf(Socket socket) => Info(socket)[0] == 1 ? TcpState.Established : TcpState.Unknown;

    private static byte[] Info(Socket socket)
    {
        const int Tcp = 6, TcpInfo = 11;
        byte[] info = new byte[104];
        socket.GetRawSocketOption(Tcp, TcpInfo, info);
        return info;
    }
}
