using Appliance.Proxy.Configuration;
using Proxy.Tests.Support;
using TestSupport;
using static Proxy.Tests.EndToEnd.PoolSettings;

namespace Proxy.Tests.EndToEnd;

/// <summary>Circuit breakers and passive ejection with real traffic.</summary>
public sealed class BreakerTests
{
    private static readonly CircuitBreakerSettings Breaker = new()
    {
        FailureThreshold = 3,
        SuccessThreshold = 2,
        Timeout = TimeSpan.FromSeconds(10),
        HalfOpenRequests = 1,
    };

    private readonly VirtualClock _clock = new();

    [Fact]
    public async Task AServerThatFailsIsLeftOutAndComesBackByProbes()
    {
        bool well = false;
        using var sick = new Upstream();
        sick.Serve(async peer =>
        {
            while (true)
            {
                await peer.ReadHeadAsync();
                await peer.SendAsync(Volatile.Read(ref well) ? Answer("sick") : Broken);
            }
        });
        using var good = new Upstream();
        good.ServeAnswer(Ok);
        await using ProxyRig rig = Rig(Pool(sick.Address, good.Address) with { CircuitBreaker = Breaker });
        int failed = 0;
        for (int i = 0; i < 12; i++) failed += (await rig.AskAsync(Get)).Head.Status == 500 ? 1 : 0;
        Assert.Equal(3, failed);
        Assert.Equal("open", rig.Servers[0].Breaker);
        await rig.Log.ExpectAsync(3023, "opening is logged");
        Volatile.Write(ref well, true);
        _clock.Advance(Breaker.Timeout + TimeSpan.FromSeconds(1));
        await AskUntilAsync(rig, () => rig.Servers[0].Breaker == "closed");
        await rig.Log.ExpectAsync(3024, "half open is logged");
        await rig.Log.ExpectAsync(3025, "closed is logged");
        await AskUntilAsync(rig, () => rig.Servers[0].Requests >= 8);
    }

    [Fact]
    public async Task WithEveryBreakerOpenTheAnswerIs503WithoutATry()
    {
        using var sick = new Upstream();
        sick.ServeAnswer(Broken);
        await using ProxyRig rig = Rig(Pool(sick.Address) with { CircuitBreaker = Breaker with { Timeout = TimeSpan.FromMinutes(1) } });
        for (int i = 0; i < 3; i++) Assert.Equal(500, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal(3, rig.Upstream.Requests);
        Assert.Equal(0, rig.Status.Upstreams[0].HealthyServers);
    }

    [Fact]
    public async Task WhileAProbeIsUnderWayNoOtherRequestPasses()
    {
        using var server = new Upstream();
        await using ProxyRig rig = Rig(Pool(server.Address) with { CircuitBreaker = Breaker with { FailureThreshold = 1, SuccessThreshold = 1 } });
        Task<(HttpText Head, string Body)> first = rig.AskAsync(Get);
        RawPeer peer = await server.AcceptAsync();
        await peer.ReadHeadAsync();
        await peer.SendAsync(Broken);
        Assert.Equal(500, (await first).Head.Status);
        Task<(HttpText Head, string Body)> probe = ProbeAsync(rig);
        peer = await server.AcceptAsync();
        await peer.ReadHeadAsync();
        Assert.Equal("half-open", rig.Upstream.Breaker);
        for (int i = 0; i < 5; i++) Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        await peer.SendAsync(Ok);
        Assert.Equal(200, (await probe).Head.Status);
        await PhaseAsync(rig, "closed");
    }

    [Fact]
    public async Task AClientThatLeavesGivesTheProbesSlotBackAndDecidesNothing()
    {
        using var server = new Upstream();
        await using ProxyRig rig = Rig(Pool(server.Address) with { CircuitBreaker = Breaker with { FailureThreshold = 1, SuccessThreshold = 1 } });
        Task<(HttpText Head, string Body)> first = rig.AskAsync(Get);
        RawPeer peer = await server.AcceptAsync();
        await peer.ReadHeadAsync();
        peer.Reset();
        Assert.Equal(502, (await first).Head.Status);
        await OpenOverAsync(rig);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync(Get);
        peer = await server.AcceptAsync();
        await peer.ReadHeadAsync();
        client.Reset();
        await peer.ExpectClosedAsync();
        Assert.Equal("half-open", rig.Upstream.Breaker);
        Task<(HttpText Head, string Body)> second = rig.AskAsync(Get);
        peer = await server.AcceptAsync();
        await peer.ReadHeadAsync();
        await peer.SendAsync(Ok);
        Assert.Equal(200, (await second).Head.Status);
        await PhaseAsync(rig, "closed");
    }

    [Fact]
    public async Task ATunnelThatStandsClosesTheBreakerAtOnce()
    {
        using var server = new Upstream();
        await using ProxyRig rig = Rig(Pool(server.Address) with { CircuitBreaker = Breaker with { FailureThreshold = 1, SuccessThreshold = 1 } });
        Task<(HttpText Head, string Body)> first = rig.AskAsync(Get);
        RawPeer peer = await server.AcceptAsync();
        await peer.ReadHeadAsync();
        peer.Reset();
        Assert.Equal(502, (await first).Head.Status);
        await OpenOverAsync(rig);
        RawPeer client = await rig.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
        peer = await server.AcceptAsync();
        await peer.ReadHeadAsync();
        await peer.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
        Assert.Equal(101, (await client.ReadHeadAsync()).Status);
        await PhaseAsync(rig, "closed");
        peer.Dispose();
    }

    [Fact]
    public async Task AServerThatBreaksOffIsEjectedAndTheOtherServes()
    {
        using var sick = new Upstream();
        sick.Serve(async peer =>
        {
            await peer.ReadHeadAsync();
            peer.Reset();
        });
        using var good = new Upstream();
        good.ServeAnswer(Ok);
        var ejection = new EjectionSettings { ConsecutiveFailures = 2, For = TimeSpan.FromSeconds(30) };
        await using ProxyRig rig = Rig(Pool(sick.Address, good.Address) with { Ejection = ejection, Retry = new RetrySettings { Attempts = 1 } });
        int failed = 0;
        for (int i = 0; i < 8; i++) failed += (await rig.AskAsync(Get)).Head.Status == 502 ? 1 : 0;
        Assert.Equal(2, failed);
        Assert.Equal(("ejected", true), (rig.Servers[0].State, rig.Servers[0].Ejected));
        await rig.Log.ExpectAsync(3022, "the ejection is logged");
        _clock.Advance(ejection.For + TimeSpan.FromSeconds(1));
        await Deadline.Until(() => rig.Servers[0].State == "up", "the server is let in again");
    }

    [Fact]
    public async Task TheLastServersAreNotEjectedAndAnEjectedOneIsBetterThanNone()
    {
        using var first = new Upstream();
        using var second = new Upstream();
        first.ServeAnswer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        second.ServeAnswer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        var ejection = new EjectionSettings { ConsecutiveFailures = 2, For = TimeSpan.FromMinutes(1) };
        ProxySettings settings = Of(Pool(first.Address, second.Address) with { Ejection = ejection });
        await using var rig = new ProxyRig(settings);
        for (int i = 0; i < 10; i++) Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        Assert.Single(rig.Servers, server => server.Ejected);
        int left = Array.FindIndex(rig.Servers, server => !server.Ejected);
        Assert.Equal(8, rig.Servers[left].Requests);
        // The one that is left refuses: the ejected one is tried before the client gets nothing.
        long before = rig.Servers[1 - left].Requests;
        (left == 0 ? first : second).Dispose();
        await Deadline.Until(() => rig.Servers[left].IdleConnections == 0, "the kept connections are gone");
        Assert.Equal(503, (await rig.AskAsync(Get)).Head.Status);
        Assert.Equal(before + 1, rig.Servers[1 - left].Requests);
    }

    /// <summary>Ends the open phase, which only a request can see.</summary>
    private async Task OpenOverAsync(ProxyRig rig)
    {
        await PhaseAsync(rig, "open");
        _clock.Advance(Breaker.Timeout + TimeSpan.FromSeconds(1));
    }

    private ProxyRig Rig(UpstreamSettings pool) => new(Of(pool), time: _clock);

    private static Task PhaseAsync(ProxyRig rig, string phase) =>
        Deadline.Until(() => rig.Upstream.Breaker == phase, () => $"the breaker is {rig.Upstream.Breaker}, not {phase}");

    private async Task<(HttpText Head, string Body)> ProbeAsync(ProxyRig rig)
    {
        await OpenOverAsync(rig);
        return await rig.AskAsync(Get);
    }
}
