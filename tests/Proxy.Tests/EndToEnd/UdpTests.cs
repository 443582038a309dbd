using System.Net;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using TestSupport;

namespace Proxy.Tests.EndToEnd;

/// <summary>Datagram sessions over real sockets.</summary>
public sealed class UdpTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ManyClientsEachGetTheirOwnAnswers(int loops)
    {
        using UdpPeer server = new UdpPeer().Echo();
        await using ProxyRig rig = Rig(Settings(server.Address), loops);
        UdpPeer[] clients = [.. Enumerable.Range(0, 100).Select(_ => new UdpPeer())];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < clients.Length; i++) await clients[i].SendAsync(rig.Address, $"{round} of {i}");
            for (int i = 0; i < clients.Length; i++) Assert.Equal($"{round} of {i}", await clients[i].ReceiveTextAsync());
        }

        Assert.Equal((100, 100), (rig.Listener.ActiveConnections, rig.Listener.AcceptedConnections));
        Assert.Equal((300, 300), (rig.Listener.Udp!.DatagramsFromClients, rig.Listener.Udp.DatagramsToClients));
        Assert.True(rig.Listener.ReceivedBytes > 0 && rig.Listener.ReceivedBytes == rig.Listener.SentBytes);
        Assert.Equal(0, rig.Listener.Udp.Dropped.Sum());
        foreach (UdpPeer client in clients) client.Dispose();
        await EndAsync(rig);
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.5")]
    [InlineData("0.0.0.0", "127.0.0.6")]
    [InlineData("::", "127.0.0.7")]
    [InlineData("::", "::1")]
    public async Task AnAnswerComesFromTheAddressThatTheClientSpokeTo(string bound, string used)
    {
        using UdpPeer server = new UdpPeer().Echo();
        await using ProxyRig rig = Rig(Settings(server.Address, bound));
        var to = new IPEndPoint(IPAddress.Parse(used), rig.Address.Port);
        using var client = new UdpPeer(new IPEndPoint(to.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
        await client.SendAsync(to, "x");
        Assert.Equal(to, (await client.ReceiveAsync()).From);
        await EndAsync(rig);
    }

    [Fact]
    public async Task OneClientSpeakingToTwoAddressesHasTwoSessions()
    {
        using UdpPeer server = new UdpPeer().Echo();
        await using ProxyRig rig = Rig(Settings(server.Address, "0.0.0.0"));
        using var client = new UdpPeer();
        foreach (string address in new[] { "127.0.0.5", "127.0.0.6", "127.0.0.5" })
        {
            var to = new IPEndPoint(IPAddress.Parse(address), rig.Address.Port);
            await client.SendAsync(to, "x");
            Assert.Equal(to, (await client.ReceiveAsync()).From);
        }

        Assert.Equal(2, rig.Listener.AcceptedConnections);
        await EndAsync(rig);
    }

    [Fact]
    public async Task ASessionEndsAfterItsResponses()
    {
        using UdpPeer server = new UdpPeer().Echo(answers: 3);
        await using ProxyRig rig = Rig(Settings(server.Address, udp: new UdpSettings { Responses = 2 }));
        using var client = new UdpPeer();
        await client.SendAsync(rig.Address, "x");
        await client.ReceiveTextAsync();
        await client.ReceiveTextAsync();
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the session is over");
        await client.SendAsync(rig.Address, "y");
        Assert.Equal("y", await client.ReceiveTextAsync());
        Assert.Equal(2, rig.Listener.AcceptedConnections);
        await EndAsync(rig);
    }

    [Fact]
    public async Task ASessionEndsWhenNeitherSideHasSentForTheIdleTime()
    {
        using UdpPeer server = new UdpPeer().Echo();
        await using ProxyRig rig = Rig(Settings(server.Address));
        using var client = new UdpPeer();
        for (int i = 0; i < 5; i++)
        {
            await client.SendAsync(rig.Address, "x");
            await client.ReceiveTextAsync();
            _clock.Advance(TimeSpan.FromSeconds(29));
            long turns = rig.Status.Loops[0].Turns;
            await Deadline.Until(() => rig.Status.Loops[0].Turns > turns + 1, "the loop has seen the time");
            Assert.Equal(1, rig.Listener.ActiveConnections);
        }

        _clock.Advance(TimeSpan.FromSeconds(2));
        await Deadline.Until(() => rig.Listener.ActiveConnections == 0, "the session is over");
        Assert.Equal(1, rig.Listener.AcceptedConnections);
        Assert.Equal(0, rig.Upstream.ActiveConnections);
    }

    [Fact]
    public async Task AtTheBoundFurtherClientsAreDroppedAndThoseWithASessionGoOn()
    {
        using UdpPeer server = new UdpPeer().Echo();
        await using ProxyRig rig = Rig(Settings(server.Address, udp: new UdpSettings { MaximumSessions = 2 }), loops: 2);
        UdpPeer[] clients = [.. Enumerable.Range(0, 3).Select(_ => new UdpPeer())];
        for (int i = 0; i < 2; i++)
        {
            await clients[i].SendAsync(rig.Address, "x");
            await clients[i].ReceiveTextAsync();
        }

        for (int i = 0; i < 2; i++) await clients[2].SendAsync(rig.Address, "y");
        await Deadline.Until(() => Dropped(rig, UdpDropReason.Sessions) == 2, "both are dropped");
        await clients[0].SendAsync(rig.Address, "z");
        Assert.Equal("z", await clients[0].ReceiveTextAsync());
        Assert.Equal(3, server.Received);
        await EndAsync(rig);
        await clients[2].SendAsync(rig.Address, "y");
        Assert.Equal("y", await clients[2].ReceiveTextAsync());
        await EndAsync(rig);
    }

    [Fact]
    public async Task AServerWhereNobodyListensIsAFailureAndTheNextSessionGoesElsewhere()
    {
        using UdpPeer server = new UdpPeer().Echo();
        using var gone = new UdpPeer();
        IPEndPoint nobody = gone.Address;
        gone.Dispose();
        await using ProxyRig rig = Rig(Settings([nobody, server.Address]));
        using var client = new UdpPeer();
        await client.SendAsync(rig.Address, "lost");
        await Deadline.Until(() => rig.Upstream.Failures == 1 && rig.Listener.ActiveConnections == 0, "the refusal ends the session");
        for (int i = 0; i < 4; i++)
        {
            using var next = new UdpPeer();
            await next.SendAsync(rig.Address, "x");
            Assert.Equal("x", await next.ReceiveTextAsync());
        }

        Assert.Equal("down", rig.Upstream.State);
        await EndAsync(rig);
    }

    [Fact]
    public async Task TheLargestDatagramPassesBothWays()
    {
        using UdpPeer server = new UdpPeer().Echo();
        await using ProxyRig rig = Rig(Settings(server.Address));
        using var client = new UdpPeer();
        byte[] largest = new byte[65_507];
        new Random(1).NextBytes(largest);
        await client.SendAsync(rig.Address, largest);
        Assert.Equal(largest, (await client.ReceiveAsync()).Bytes);
        await client.SendAsync(rig.Address, []);
        Assert.Empty((await client.ReceiveAsync()).Bytes);
        await EndAsync(rig);
    }

    [Fact]
    public async Task SessionsAreConnectionsToAdmission()
    {
        using UdpPeer server = new UdpPeer().Echo();
        await using ProxyRig rig = Rig(Settings(server.Address, admission: new AdmissionSettings { ConcurrentConnections = 1 }));
        using UdpPeer first = new(), second = new(), other = new(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await first.SendAsync(rig.Address, "x");
        await first.ReceiveTextAsync();
        await second.SendAsync(rig.Address, "x");
        await Deadline.Until(() => Dropped(rig, UdpDropReason.Admission) == 1, "the second session is refused");
        Assert.Equal(1, rig.Listener.Admission.Refused[(int)AdmissionRule.ClientConnections]);
        await other.SendAsync(rig.Address, "x");
        Assert.Equal("x", await other.ReceiveTextAsync());
        await EndAsync(rig);
        await second.SendAsync(rig.Address, "x");
        Assert.Equal("x", await second.ReceiveTextAsync());
        Assert.Equal(1, Dropped(rig, UdpDropReason.Admission));
        await EndAsync(rig);
    }

    /// <summary>Neither of the listener's sessions nor in admission; the rig looks at the latter.</summary>
    [Fact]
    public async Task AClientThatFindsNoServerKeepsNoPlace()
    {
        using UdpPeer server = new UdpPeer().Echo();
        ProxySettings settings = Settings(
            server.Address, udp: new UdpSettings { MaximumSessions = 2 }, admission: new AdmissionSettings { ConcurrentConnections = 5, MaximumConnections = 5 });
        UpstreamSettings pool = settings.Upstreams[0] with { Servers = [new ServerSettings(server.Address, MaximumConnections: 1)] };
        await using ProxyRig rig = Rig(settings with { Upstreams = [pool] });
        using UdpPeer first = new(), second = new(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        await first.SendAsync(rig.Address, "x");
        await first.ReceiveTextAsync();
        for (int i = 0; i < 3; i++) await second.SendAsync(rig.Address, "lost");
        await Deadline.Until(() => Dropped(rig, UdpDropReason.NoServer) == 3, "the only server is busy");
        await EndAsync(rig);
        await second.SendAsync(rig.Address, "y");
        Assert.Equal("y", await second.ReceiveTextAsync());
        await EndAsync(rig);
    }

    [Fact]
    public async Task DatagramsAboveTheRateAreDropped()
    {
        using UdpPeer server = new UdpPeer().Echo();
        await using ProxyRig rig = Rig(Settings(server.Address, admission: new AdmissionSettings { BytesPerSecond = 16_000 }));
        using var client = new UdpPeer();
        for (int i = 0; i < 10; i++) await client.SendAsync(rig.Address, new byte[8000]);
        await Deadline.Until(() => rig.Listener.Udp!.DatagramsFromClients == 10, "all have come");
        // All of them would be five seconds' worth.
        Assert.InRange(Dropped(rig, UdpDropReason.Rate), 5, 10);
        await EndAsync(rig);
    }

    [Fact]
    public async Task AReloadKeepsSessionsAndARemovedListenerServesThemUntilTheyAreIdle()
    {
        using UdpPeer server = new UdpPeer().Echo(), replacement = new UdpPeer().Echo();
        ProxySettings settings = Settings(server.Address);
        await using ProxyRig rig = Rig(settings);
        IPEndPoint address = rig.Address;
        using UdpPeer client = new(), late = new();
        await client.SendAsync(address, "a");
        await client.ReceiveTextAsync();
        rig.Server.Apply(settings with { Upstreams = [ProxyRig.Pool(replacement.Address)] });
        await client.SendAsync(address, "b");
        Assert.Equal("b", await client.ReceiveTextAsync());
        Assert.Equal((2, 0, 1), (server.Received, replacement.Received, rig.Listener.AcceptedConnections));
        rig.Server.Apply(settings with { Listeners = [] });
        await client.SendAsync(address, "c");
        Assert.Equal("c", await client.ReceiveTextAsync());
        await late.SendAsync(address, "d");
        await client.SendAsync(address, "e");
        Assert.Equal("e", await client.ReceiveTextAsync());
        Assert.Equal((4, 0), (server.Received, replacement.Received));
        _clock.Advance(TimeSpan.FromSeconds(31));
    }

    [Theory]
    [InlineData(1)]
    public async Task AListenerThatComesBackWhileItsSessionsDrainGoesOnWithThem(int loops)
    {
        using UdpPeer server = new UdpPeer().Echo();
        ProxySettings settings = Settings(server.Address);
        ListenerSettings fixedPort = settings.Listeners[0] with { Address = Upstream.Nobody() };
        settings = settings with { Listeners = [fixedPort] };
        await using ProxyRig rig = Rig(settings, loops);
        using UdpPeer old = new(), late = new();
        await old.SendAsync(fixedPort.Address, "a");
        Assert.Equal("a", await old.ReceiveTextAsync());
        for (int round = 0; round < 3; round++)
        {
            rig.Server.Apply(settings with { Listeners = [] });
            await old.SendAsync(fixedPort.Address, "b");
            Assert.Equal("b", await old.ReceiveTextAsync());
            rig.Server.Apply(settings);
            await old.SendAsync(fixedPort.Address, "c");
            Assert.Equal("c", await old.ReceiveTextAsync());
        }

        Assert.Equal((1, 1), (rig.Listener.ActiveConnections, rig.Listener.AcceptedConnections));
        for (int i = 0; i < 20; i++)
        {
            using var next = new UdpPeer();
            await next.SendAsync(fixedPort.Address, $"{i}");
            Assert.Equal($"{i}", await next.ReceiveTextAsync());
        }

        await EndAsync(rig);
    }

    /// <summary>A second socket at the address, even one that the loop closes at once, would have got some of their datagrams by then.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhileAListenerComesBackNoSessionLosesADatagram(bool fails)
    {
        using UdpPeer server = new UdpPeer().Echo();
        ProxySettings settings = Settings(server.Address);
        ListenerSettings fixedPort = settings.Listeners[0] with { Address = Upstream.Nobody() };
        settings = settings with { Listeners = [fixedPort] };
        await using ProxyRig rig = Rig(settings);
        UdpPeer[] clients = [.. Enumerable.Range(0, 16).Select(_ => new UdpPeer())];
        foreach (UdpPeer client in clients)
        {
            await client.SendAsync(fixedPort.Address, "a");
            Assert.Equal("a", await client.ReceiveTextAsync());
        }

        using var goOn = new ManualResetEventSlim();
        rig.Loop.Post(() => goOn.Wait(Deadline.Limit));
        rig.Server.Apply(settings with { Listeners = [] });
        using var taken = new UdpPeer();
        ListenerSettings impossible = fixedPort with { Name = "second", Address = taken.Address };
        if (fails) Assert.Throws<ListenException>(() => rig.Server.Apply(settings with { Listeners = [fixedPort, impossible] }));
        else rig.Server.Apply(settings);
        foreach (UdpPeer client in clients) await client.SendAsync(fixedPort.Address, "b");
        goOn.Set();
        foreach (UdpPeer client in clients) Assert.Equal("b", await client.ReceiveTextAsync());
        _clock.Advance(TimeSpan.FromSeconds(31));
        await Deadline.Until(() => rig.Status.Loops[0].Connections == (fails ? 0 : 1), "the sessions are over");
        foreach (UdpPeer client in clients) client.Dispose();
    }

    [Fact]
    public async Task AFailedReloadLeavesADrainingListenerDraining()
    {
        using UdpPeer server = new UdpPeer().Echo();
        ProxySettings settings = Settings(server.Address);
        ListenerSettings fixedPort = settings.Listeners[0] with { Address = Upstream.Nobody() };
        settings = settings with { Listeners = [fixedPort] };
        await using ProxyRig rig = Rig(settings);
        using UdpPeer old = new(), taken = new();
        await old.SendAsync(fixedPort.Address, "a");
        await old.ReceiveTextAsync();
        rig.Server.Apply(settings with { Listeners = [] });
        ListenerSettings impossible = fixedPort with { Name = "second", Address = taken.Address };
        Assert.Throws<ListenException>(() => rig.Server.Apply(settings with { Listeners = [fixedPort, impossible] }));
        await old.SendAsync(fixedPort.Address, "b");
        Assert.Equal("b", await old.ReceiveTextAsync());
        int received = server.Received;
        using var late = new UdpPeer();
        await late.SendAsync(fixedPort.Address, "c");
        await old.SendAsync(fixedPort.Address, "d");
        Assert.Equal("d", await old.ReceiveTextAsync());
        Assert.Equal(received + 1, server.Received);
        _clock.Advance(TimeSpan.FromSeconds(31));
        await Deadline.Until(() => rig.Status.Loops[0].Connections == 0, "the socket is closed");
    }

    [Fact]
    public async Task SessionsOfAnAddressThatHasMovedAreCut()
    {
        using UdpPeer server = new UdpPeer().Echo();
        await using ProxyRig rig = Rig(Settings(server.Address, "0.0.0.0"));
        using UdpPeer staying = new(), moved = new();
        IPEndPoint stays = new(IPAddress.Parse("127.0.0.5"), rig.Address.Port), moves = new(IPAddress.Parse("127.0.0.6"), rig.Address.Port);
        await staying.SendAsync(stays, "x");
        await staying.ReceiveTextAsync();
        await moved.SendAsync(moves, "x");
        await moved.ReceiveTextAsync();
        Assert.Equal(2, rig.Listener.ActiveConnections);
        rig.Server.CutConnectionsFrom([moves.Address]);
        await Deadline.Until(() => rig.Listener.ActiveConnections == 1, "one session is cut");
        await staying.SendAsync(stays, "y");
        Assert.Equal("y", await staying.ReceiveTextAsync());
        Assert.Equal(2, rig.Listener.AcceptedConnections);
        await EndAsync(rig);
    }

    [Fact]
    public async Task ByTheHashOfItsSourceAClientStaysOnItsServer()
    {
        using UdpPeer first = new UdpPeer().Echo(), second = new UdpPeer().Echo(), third = new UdpPeer().Echo();
        UdpPeer[] servers = [first, second, third];
        ProxySettings settings = Settings([.. servers.Select(server => server.Address)], udp: new UdpSettings { Responses = 1 });
        await using ProxyRig rig = Rig(settings with { Upstreams = [settings.Upstreams[0] with { Balance = BalanceMethod.Hash }] }, loops: 2);
        var reached = new HashSet<int>();
        // So many that none of three servers is left out by chance: that happens once in three million runs.
        for (int host = 2; host < 42; host++)
        {
            int[] before = [.. servers.Select(server => server.Received)];
            for (int i = 0; i < 4; i++)
            {
                using var client = new UdpPeer(new IPEndPoint(IPAddress.Parse($"127.0.0.{host}"), 0));
                await client.SendAsync(rig.Address, "x");
                await client.ReceiveTextAsync();
            }

            int chosen = Array.FindIndex(servers, server => server.Received == before[Array.IndexOf(servers, server)] + 4);
            Assert.True(chosen >= 0, "the sessions of one client went to several servers");
            reached.Add(chosen);
        }

        Assert.Equal(3, reached.Count);
        Assert.Equal(160, rig.Listener.AcceptedConnections);
    }

    [Fact]
    public async Task PlacesAndSlotsOfSessionsComeBackAndFailuresOpenTheBreaker()
    {
        using UdpPeer server = new UdpPeer().Echo(), gone = new();
        IPEndPoint nobody = gone.Address;
        gone.Dispose();
        UpstreamSettings pool = ProxyRig.Pool(nobody, server.Address) with
        {
            Servers = [new ServerSettings(nobody, MaximumConnections: 4), new ServerSettings(server.Address, MaximumConnections: 4)],
            Balance = BalanceMethod.RoundRobin,
            CircuitBreaker = new CircuitBreakerSettings { FailureThreshold = 1, SuccessThreshold = 1, Timeout = TimeSpan.FromSeconds(60), HalfOpenRequests = 1 },
        };
        await using ProxyRig rig = Rig(Settings(server.Address) with { Upstreams = [pool] });
        using (var unlucky = new UdpPeer())
        {
            await unlucky.SendAsync(rig.Address, "lost");
            await Deadline.Until(() => rig.Servers[0].Breaker == "open", "the refusal opens the breaker");
        }

        await Deadline.Until(() => rig.Servers[0].UnderWay == 0, "its place is given back");
        UdpPeer[] clients = [.. Enumerable.Range(0, 5).Select(_ => new UdpPeer())];
        for (int i = 0; i < 4; i++)
        {
            await clients[i].SendAsync(rig.Address, "x");
            await clients[i].ReceiveTextAsync();
        }

        Assert.Equal(4, rig.Servers[1].UnderWay);
        await clients[4].SendAsync(rig.Address, "x");
        await Deadline.Until(() => Dropped(rig, UdpDropReason.NoServer) == 1, "no server has a place");
        await EndAsync(rig);
        await Deadline.Until(() => rig.Servers.Sum(s => s.UnderWay) == 0, "all places are given back");
        // After its time the breaker asks by one session: it fails, and the slot is free again for the next.
        for (int round = 0; round < 2; round++)
        {
            _clock.Advance(TimeSpan.FromSeconds(61));
            await rig.OnLoopAsync(() => 0);
            long failures = rig.Servers[0].Failures;
            await Deadline.Until(() => AskFailed(failures), "the breaker lets a probe through");
        }

        foreach (UdpPeer client in clients) client.Dispose();
        await EndAsync(rig);

        bool AskFailed(long before)
        {
            using var asking = new UdpPeer();
            asking.SendAsync(rig.Address, "probe").GetAwaiter().GetResult();
            return rig.Servers[0].Failures > before;
        }
    }

    [Fact]
    public async Task TheSameAddressMayBeATcpListenersToo()
    {
        using UdpPeer server = new UdpPeer().Echo();
        IPEndPoint address = Upstream.Nobody();
        ProxySettings settings = Settings(server.Address);
        ListenerSettings udp = settings.Listeners[0] with { Address = address };
        ListenerSettings tcp = udp with { Name = "stream", Protocol = ListenerProtocol.Tcp };
        await using ProxyRig rig = Rig(settings with { Listeners = [udp, tcp] });
        rig.Server.Apply(settings with { Listeners = [tcp, udp] });
        Assert.Equal(["tcp", "udp"], rig.Status.Listeners.Select(listener => listener.Protocol));
        using var client = new UdpPeer();
        await client.SendAsync(address, "x");
        Assert.Equal("x", await client.ReceiveTextAsync());
        await EndAsync(rig);
    }

    private ProxyRig Rig(ProxySettings settings, int loops = 1) => new(settings, loops, time: _clock);

    private static ProxySettings Settings(
        IPEndPoint server, string bound = "127.0.0.1", UdpSettings? udp = null, AdmissionSettings? admission = null) =>
        Settings([server], bound, udp, admission);

    private static ProxySettings Settings(
        IPEndPoint[] servers, string bound = "127.0.0.1", UdpSettings? udp = null, AdmissionSettings? admission = null)
    {
        var listener = new ListenerSettings
        {
            Name = "datagrams",
            Protocol = ListenerProtocol.Udp,
            Address = new IPEndPoint(IPAddress.Parse(bound), 0),
            Upstream = "app",
            Udp = udp ?? new UdpSettings(),
            Admission = admission,
        };
        return new ProxySettings { Listeners = [listener], Upstreams = [ProxyRig.Pool(servers)] };
    }

    private static long Dropped(ProxyRig rig, UdpDropReason reason) => rig.Listener.Udp!.Dropped[(int)reason];

    /// <summary>Ends the sessions: the rig expects that nothing is left.</summary>
    private async Task EndAsync(ProxyRig rig)
    {
        // Again and again: an answer that comes after a step of the clock keeps its session for another idle time.
        await Deadline.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(31));
                return rig.Status.Listeners.Sum(listener => listener.ActiveConnections) == 0;
            },
            "the sessions are over");
    }
}
