using System.Collections.Immutable;
using System.Net;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Upstreams;
using Proxy.Tests.Support;

namespace Proxy.Tests.Upstreams;

/// <summary>Requests that are nothing but a wait, in the queues of a running pool.</summary>
public sealed class RequestQueueTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task MoreThanTheBoundAreTurnedAwayAtOnceAndTheOthersServed()
    {
        await using ProxyRig rig = Rig(Long, 1, 1);
        var waiting = new List<Task<LoopServer?>>();
        await rig.OnLoopAsync(() =>
        {
            LoopServer busy = rig.Pool().Next(0)!;
            for (int i = 0; i < RequestQueue.Limit; i++) waiting.Add(UseAsync(rig.Pool()));
            ValueTask<LoopServer?> beyond = rig.Pool().NextAsync(0, 0);
            Assert.True(beyond.IsCompleted && beyond.Result is null);
            busy.Conclude(ServerOutcome.Unknown);
            return 0;
        });
        Assert.All(await Task.WhenAll(waiting).In(), Assert.NotNull);
    }

    [Fact]
    public async Task WithoutTimeToWaitNobodyWaits()
    {
        await using ProxyRig rig = Rig(TimeSpan.Zero, 1, 1);
        await rig.OnLoopAsync(() =>
        {
            LoopServer busy = rig.Pool().Next(0)!;
            ValueTask<LoopServer?> second = rig.Pool().NextAsync(0, 0);
            Assert.True(second.IsCompleted && second.Result is null);
            busy.Conclude(ServerOutcome.Unknown);
            return 0;
        });
    }

    /// <summary>A place that came free after the request looked and before it was counted has woken nobody.</summary>
    [Fact]
    public async Task TheFirstWhoWaitsLooksOnceMore()
    {
        await using ProxyRig rig = Rig(Long, 1, 1);
        Task<LoopServer?> waiting = await rig.OnLoopAsync(() => UseAsync(new RequestQueue(rig.Pool()).WaitAsync(0, 0)));
        Assert.NotNull(await waiting.In());
    }

    [Fact]
    public async Task EveryoneGivesUpAtHisOwnTimeAndNobodyIsForgotten()
    {
        var limit = TimeSpan.FromMilliseconds(100);
        await using ProxyRig rig = Rig(limit, 1, 1);
        LoopServer busy = await rig.OnLoopAsync(() => rig.Pool().Next(0)!);
        var waiting = new List<(long BeginNs, Task<long> EndNs)>();
        for (int i = 0; i < 3; i++)
        {
            waiting.Add(await rig.OnLoopAsync(() => (rig.Loop.NowNs, GiveUpAsync(rig.Pool()))));
            long laterNs = waiting[i].BeginNs + 20_000_000;
            await Deadline.Until(() => rig.OnLoopAsync(() => rig.Loop.NowNs).Result > laterNs, "some of the time passes");
        }

        foreach ((long beginNs, Task<long> endNs) in waiting) Assert.InRange(await endNs.In(), beginNs + limit.Ticks * 100, long.MaxValue);
        await Conclude(rig, busy);
    }

    [Fact]
    public async Task AServerThatHasBeenTriedIsNotTheOneWaitedFor()
    {
        await using ProxyRig rig = Rig(Long, 1, 1, servers: 2);
        LoopServer[] busy = await rig.OnLoopAsync(() => new[] { rig.Pool().Next(0)!, rig.Pool().Next(0)! });
        Task<LoopServer?> waiting = await rig.OnLoopAsync(() => UseAsync(rig.Pool().NextAsync(busy[0].Mask, 0)));
        await Conclude(rig, busy[0]);
        // A queue that is woken looks in the next turn.
        for (int i = 0; i < 3; i++) await rig.OnLoopAsync(() => 0);
        Assert.False(waiting.IsCompleted);
        await Conclude(rig, busy[1]);
        Assert.Same(busy[1], await waiting.In());
    }

    /// <summary>Two places come free at once and wake one loop, which wants only one of them: the other belongs to the next loop.</summary>
    [Fact]
    public async Task WhatALoopLeavesGoesToTheNext()
    {
        await using ProxyRig rig = Rig(Long, 2, loops: 3);
        // Loops are woken in turn: in one of three rounds both places wake the first.
        for (int round = 0; round < 3; round++)
        {
            LoopServer[] busy = await rig.OnLoopAsync(() => new[] { rig.Pool().Next(0)!, rig.Pool().Next(0)! });
            Task<LoopServer?>[] waiting = [await rig.OnLoopAsync(() => rig.Pool(0).NextAsync(0, 0).AsTask()), await rig.OnLoopAsync(() => rig.Pool(1).NextAsync(0, 0).AsTask(), 1)];
            await Conclude(rig, busy);
            for (int i = 0; i < waiting.Length; i++)
            {
                LoopServer? got = await waiting[i].In();
                Assert.NotNull(got);
                // Held until both have one: giving it back would wake the other as well.
                busy[i] = got;
            }

            await Conclude(rig, busy[0]);
            await rig.OnLoopAsync(() => ConcludeAll(busy[1]), 1);
        }
    }

    private static ProxyRig Rig(TimeSpan queueTimeout, int connections, int loops, int servers = 1)
    {
        ImmutableArray<ServerSettings> all = [.. Enumerable.Range(0, servers).Select(_ => new ServerSettings(new IPEndPoint(IPAddress.Loopback, 9), MaximumConnections: connections))];
        ProxySettings settings = ProxyRig.HttpSettings(new TimeoutSettings());
        return new ProxyRig(settings with { Upstreams = [ProxyRig.Pool() with { Servers = all, QueueTimeout = queueTimeout }] }, loops);
    }

    private static Task<int> Conclude(ProxyRig rig, params LoopServer[] servers) => rig.OnLoopAsync(() => ConcludeAll(servers));

    private static int ConcludeAll(params LoopServer[] servers)
    {
        foreach (LoopServer server in servers) server.Conclude(ServerOutcome.Unknown);
        return servers.Length;
    }

    private static Task<LoopServer?> UseAsync(LoopPool pool) => UseAsync(pool.NextAsync(0, 0));

    /// <summary>Gives the server back as soon as it is there.</summary>
    private static async Task<LoopServer?> UseAsync(ValueTask<LoopServer?> waiting)
    {
        LoopServer? server = await waiting;
        server?.Conclude(ServerOutcome.Unknown);
        return server;
    }

    /// <summary>The loop's time at which the wait ended without a server.</summary>
    private static async Task<long> GiveUpAsync(LoopPool pool)
    {
        Assert.Null(await pool.NextAsync(0, 0));
        return pool.Loop.NowNs;
    }
}
