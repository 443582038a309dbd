using System.Net;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using TestSupport;
using static Proxy.Tests.EndToEnd.PoolSettings;

namespace Proxy.Tests.EndToEnd;

/// <summary>Servers with a limited number of connections.</summary>
public sealed class QueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task NoServerEverHasMoreThanItsLimitAndEverybodyIsServed(int loops)
    {
        int now = 0, most = 0, served = 0;
        using var server = new Upstream();
        server.Serve(async peer =>
        {
            while (true)
            {
                await peer.ReadHeadAsync();
                int seen = Interlocked.Increment(ref now);
                for (int m = Volatile.Read(ref most); seen > m; m = Volatile.Read(ref most)) Interlocked.CompareExchange(ref most, seen, m);
                await Task.Yield();
                Interlocked.Decrement(ref now);
                Interlocked.Increment(ref served);
                await peer.SendAsync(Ok);
            }
        });
        await using var rig = new ProxyRig(Of(Limited(2, server.Address)), loops);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            RawPeer client = await rig.ConnectAsync();
            for (int i = 0; i < 25; i++)
            {
                await client.SendAsync(Get);
                Assert.Equal(200, (await client.ReadAnswerAsync()).Head.Status);
            }
        }));
        Assert.Equal(300, served);
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task WhoWaitsTooLongGets503()
    {
        using var server = new Upstream();
        await using var rig = new ProxyRig(Of(Limited(1, server.Address) with { QueueTimeout = TimeSpan.FromMilliseconds(100) }));
        (Task<(HttpText Head, string Body)> busy, RawPeer peer) = await OccupyAsync(rig, server);
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        await peer.SendAsync(Ok);
        Assert.Equal(200, (await busy).Head.Status);
    }

    [Fact]
    public async Task WaitingIsFirstComeFirstServed()
    {
        using var server = new Upstream();
        await using var rig = new ProxyRig(Of(Limited(1, server.Address)));
        (Task<(HttpText Head, string Body)> busy, RawPeer peer) = await OccupyAsync(rig, server);
        var waiting = new List<Task<(HttpText Head, string Body)>>();
        for (int i = 0; i < 4; i++)
        {
            waiting.Add(rig.AskAsync($"GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n"));
            await WaitingAsync(rig, i + 1);
        }

        await peer.SendAsync(Ok);
        Assert.Equal(200, (await busy).Head.Status);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal($"GET /{i} HTTP/1.1", (await peer.ReadHeadAsync()).StartLine);
            await peer.SendAsync(Ok);
            Assert.Equal(200, (await waiting[i]).Head.Status);
        }
    }

    [Fact]
    public async Task AClientThatLeavesWhileItWaitsCostsNobodyHisPlace()
    {
        using var server = new Upstream();
        await using var rig = new ProxyRig(Of(Limited(1, server.Address)));
        (Task<(HttpText Head, string Body)> busy, RawPeer peer) = await OccupyAsync(rig, server);
        RawPeer leaving = await rig.ConnectAsync();
        await leaving.SendAsync(Get);
        await WaitingAsync(rig, 1);
        Task<(HttpText Head, string Body)> next = rig.AskAsync(Get);
        await WaitingAsync(rig, 2);
        leaving.Reset();
        await peer.SendAsync(Ok);
        await peer.ReadHeadAsync();
        await peer.SendAsync(Ok);
        Assert.Equal((200, 200), ((await busy).Head.Status, (await next).Head.Status));
        Assert.Equal(1, server.Count);
    }

    [Fact]
    public async Task ABackupStandsInForFailingServersNotForBusyOnes()
    {
        using var primary = new Upstream();
        using var backup = new Upstream();
        backup.ServeAnswer(Answer("backup"));
        UpstreamSettings pool = Limited(1, primary.Address);
        pool = pool with { Servers = [pool.Servers[0], new ServerSettings(backup.Address, Backup: true)] };
        await using var rig = new ProxyRig(Of(pool));
        (Task<(HttpText Head, string Body)> busy, RawPeer peer) = await OccupyAsync(rig, primary);
        Task<(HttpText Head, string Body)> next = rig.AskAsync(Get);
        await WaitingAsync(rig, 1);
        await peer.SendAsync(Ok);
        await peer.ReadHeadAsync();
        await peer.SendAsync(Ok);
        Assert.Equal(("ok", "ok"), ((await busy).Body, (await next).Body));
        Assert.Equal(0, backup.Count);
    }

    [Fact]
    public async Task WhoWaitsGoesOnInThePoolAfterAReload()
    {
        using var server = new Upstream();
        ProxySettings settings = Of(Limited(1, server.Address));
        await using var rig = new ProxyRig(settings);
        (Task<(HttpText Head, string Body)> busy, RawPeer peer) = await OccupyAsync(rig, server);
        Task<(HttpText Head, string Body)> next = rig.AskAsync(Get);
        await WaitingAsync(rig, 1);
        rig.Server.Apply(settings with { Upstreams = [settings.Upstreams[0] with { MaximumIdle = 7 }] });
        await WaitingAsync(rig, 1);
        await peer.SendAsync(Ok);
        Assert.Equal(200, (await busy).Head.Status);
        RawPeer again = await server.AcceptAsync();
        await again.ReadHeadAsync();
        await again.SendAsync(Ok);
        Assert.Equal(200, (await next).Head.Status);
    }

    [Fact]
    public async Task AReloadThatMakesRoomServesWhoWaits()
    {
        using var server = new Upstream();
        ProxySettings settings = Of(Limited(1, server.Address));
        await using var rig = new ProxyRig(settings);
        (Task<(HttpText Head, string Body)> busy, RawPeer peer) = await OccupyAsync(rig, server);
        Task<(HttpText Head, string Body)> next = rig.AskAsync(Get);
        await WaitingAsync(rig, 1);
        rig.Server.Apply(Of(Limited(2, server.Address)) with { Listeners = settings.Listeners });
        RawPeer second = await server.AcceptAsync();
        await second.ReadHeadAsync();
        await second.SendAsync(Ok);
        Assert.Equal(200, (await next).Head.Status);
        await peer.SendAsync(Ok);
        Assert.Equal(200, (await busy).Head.Status);
    }

    [Fact]
    public async Task AReloadForgetsNobodysTimeLimit()
    {
        using var server = new Upstream();
        var clock = new VirtualClock();
        ProxySettings settings = Of(Limited(1, server.Address) with { QueueTimeout = TimeSpan.FromSeconds(50) });
        await using var rig = new ProxyRig(settings, time: clock);
        (Task<(HttpText Head, string Body)> busy, RawPeer peer) = await OccupyAsync(rig, server);
        Task<(HttpText Head, string Body)> next = rig.AskAsync(Get);
        await WaitingAsync(rig, 1);
        rig.Server.Apply(settings with { Upstreams = [settings.Upstreams[0] with { MaximumIdle = 7 }] });
        rig.Settle();
        clock.Advance(TimeSpan.FromSeconds(51));
        Assert.Equal(503, (await next).Head.Status);
        await peer.SendAsync(Ok);
        Assert.Equal(200, (await busy).Head.Status);
    }

    [Fact]
    public async Task TcpConnectionsWaitToo()
    {
        using var server = new Upstream();
        await using var rig = new ProxyRig(new ProxySettings
        {
            Listeners =
            [
                new ListenerSettings { Name = "relay", Protocol = ListenerProtocol.Tcp, Address = new IPEndPoint(IPAddress.Loopback, 0), Upstream = "app" },
            ],
            Upstreams = [Limited(1, server.Address)],
        });
        RawPeer first = await rig.ConnectAsync();
        RawPeer one = await server.AcceptAsync();
        await first.SendAsync("a");
        Assert.Equal("a", await one.ReadTextAsync(1));
        RawPeer second = await rig.ConnectAsync();
        await second.SendAsync("b");
        await WaitingAsync(rig, 1);
        first.Dispose();
        one.Dispose();
        RawPeer two = await server.AcceptAsync();
        Assert.Equal("b", await two.ReadTextAsync(1));
        two.Dispose();
    }

    [Fact]
    public async Task LeastConnectionsLeavesTheBusyServerAlone()
    {
        using var busy = new Upstream();
        using var free = new Upstream();
        free.ServeAnswer(Answer("free"));
        await using var rig = new ProxyRig(Of(Pool(busy.Address, free.Address) with { Balance = BalanceMethod.LeastConnections }), loops: 2);
        (Task<(HttpText Head, string Body)> held, RawPeer peer) = await OccupyAsync(rig, busy);
        for (int i = 0; i < 10; i++) Assert.Equal("free", (await rig.AskAsync(Get)).Body);
        Assert.Equal(1, rig.Servers[0].UnderWay);
        await peer.SendAsync(Ok);
        Assert.Equal("ok", (await held).Body);
    }

    private static UpstreamSettings Limited(int connections, IPEndPoint server) =>
        Pool() with { Servers = [new ServerSettings(server, MaximumConnections: connections)] };

    private static Task WaitingAsync(ProxyRig rig, int requests) =>
        Deadline.Until(() => Status(rig).QueueLength == requests, $"{requests} requests wait");

    private static UpstreamStatus Status(ProxyRig rig) => rig.Status.Upstreams.Single();

    /// <summary>A request that the server has received and not answered.</summary>
    private static async Task<(Task<(HttpText Head, string Body)> Request, RawPeer Server)> OccupyAsync(ProxyRig rig, Upstream server)
    {
        Task<(HttpText Head, string Body)> request = rig.AskAsync(Get);
        RawPeer peer = await server.AcceptAsync();
        await peer.ReadHeadAsync();
        return (request, peer);
    }
}
