using System.Net;
using System.Text;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Names;
using Appliance.Proxy.Upstreams;
using Proxy.Tests.Balancing;
using Proxy.Tests.Support;

namespace Proxy.Tests.Upstreams;

/// <summary>A pool as its callers on the loop use it.</summary>
public sealed class StickyPoolTests
{
    private static readonly IPEndPoint First = IPEndPoint.Parse("192.0.2.1:80");
    private static readonly IPEndPoint Second = IPEndPoint.Parse("192.0.2.2:80");

    [Fact]
    public async Task AClientComesBackToItsServerUntilThatMayNotServe()
    {
        await using var rig = new LoopRig();
        UpstreamPool shared = Pool(rig, ProxyRig.Pool(First, Second) with { Sticky = new StickySettings("sid") });
        await rig.DoAsync(() =>
        {
            LoopPool pool = shared.On(rig.Loop);
            LoopServer second = Assert.Single(pool.Servers, server => server.State.EndPoint.Equals(Second));
            (byte[] head, RequestHead request) = RequestKeyTests.Parse($"Cookie: sid={CookieOf(pool, second)}\r\n");
            for (int i = 0; i < 3; i++)
            {
                LoopServer? found = pool.FindSticky(head, request, out bool current);
                Assert.Same(second, found);
                Assert.True(current);
                second.Conclude(ServerOutcome.Good);
            }

            Assert.True(shared.SetDraining("192.0.2.2:80", true));
            Assert.Null(pool.FindSticky(head, request, out _));
            Assert.Equal(First, pool.Next(0)!.State.EndPoint);
        });
        shared.Retire(null);
    }

    [Fact]
    public async Task AFullServerIsNotFoundByItsCookie()
    {
        await using var rig = new LoopRig();
        UpstreamPool shared = Pool(rig, ProxyRig.Pool() with { Servers = [new ServerSettings(First, MaximumConnections: 1)], Sticky = new StickySettings("sid") });
        await rig.DoAsync(() =>
        {
            LoopPool pool = shared.On(rig.Loop);
            (byte[] head, RequestHead request) = RequestKeyTests.Parse($"Cookie: sid={CookieOf(pool, pool.Servers[0])}\r\n");
            LoopServer taken = pool.FindSticky(head, request, out _)!;
            Assert.Null(pool.FindSticky(head, request, out _));
            Assert.Null(pool.Next(0));
            taken.Conclude(ServerOutcome.Unknown);
            Assert.NotNull(pool.Next(0));
        });
        shared.Retire(null);
    }

    [Fact]
    public async Task TriedServersAreLeftOutAndAKeyKeepsItsOrder()
    {
        await using var rig = new LoopRig();
        UpstreamPool shared = Pool(rig, ProxyRig.Pool(First, Second) with { Balance = BalanceMethod.Hash });
        await rig.DoAsync(() =>
        {
            LoopPool pool = shared.On(rig.Loop);
            LoopServer one = pool.Next(0, 99)!;
            Assert.Same(one, pool.Next(0, 99));
            LoopServer other = pool.Next(one.Mask, 99)!;
            Assert.NotSame(one, other);
            Assert.Null(pool.Next(one.Mask | other.Mask, 99));
        });
        shared.Retire(null);
    }

    [Fact]
    public async Task ACheckThatEndsAfterItsPoolWasReplacedSaysNothing()
    {
        await using var rig = new LoopRig();
        UpstreamPool shared = Pool(rig, ProxyRig.Pool(First));
        ServerState state = shared.States.Single();
        shared.Retire(null);
        await rig.DoAsync(() => shared.OnChecked(state, new HealthCheckSettings(), "late", rig.Loop));
        Assert.True(state.Health.Up && state.Health.IsUnchecked);
    }

    [Fact]
    public async Task ChoosingAndConcludingAllocatesNothingByAnyMethod()
    {
        await using var rig = new LoopRig();
        foreach (BalanceMethod method in Enum.GetValues<BalanceMethod>())
        {
            UpstreamPool shared = Pool(rig, ProxyRig.Pool() with
            {
                Servers = [new ServerSettings(First, MaximumConnections: 9), new ServerSettings(Second, 3)],
                Balance = method,
                CircuitBreaker = new CircuitBreakerSettings(),
                Ejection = new EjectionSettings(),
                SlowStart = TimeSpan.FromSeconds(5),
                Sticky = new StickySettings("sid"),
            });
            shared.Start();
            long allocated = await rig.DoAsync(() => Allocated(shared.On(rig.Loop)));
            // An object each time would be 48,000 bytes; a collection in between counts what this thread had in reserve, up to 8 KiB.
            Assert.True(Math.Abs(allocated) <= 16_384, $"{method}: {allocated} bytes");
            Assert.All(shared.States, state => Assert.Equal(0, state.UnderWay.Value));
            shared.Retire(null);
        }
    }

    private static long Allocated(LoopPool pool)
    {
        (byte[] head, RequestHead request) = RequestKeyTests.Parse($"Cookie: sid={CookieOf(pool, pool.Servers[1])}\r\n");
        byte[] line = new byte[512];
        long before = 0;
        for (int i = 0; i < 4000; i++)
        {
            if (i == 2000) before = GC.GetAllocatedBytesForCurrentThread();
            ValueTask<LoopServer?> next = pool.NextAsync(0, pool.KeyOf(head, request, "/"u8, default));
            LoopServer server = next.IsCompleted ? next.Result! : throw new InvalidOperationException("it must not wait");
            server.Conclude(ServerOutcome.Good);
            pool.FindSticky(head, request, out _)!.Conclude(ServerOutcome.Good);
            pool.WriteSetCookie(server, true, line);
            pool.Retry.CountRequest(i);
            pool.Retry.TryTake(i);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string CookieOf(LoopPool pool, LoopServer server)
    {
        byte[] line = new byte[512];
        return Encoding.ASCII.GetString(line, 0, pool.WriteSetCookie(server, false, line)).Split('=', ';')[1];
    }

    private static UpstreamPool Pool(LoopRig rig, UpstreamSettings settings) => new(
        settings,
        new UpstreamParts([rig.Loop], rig.Log, TimeProvider.System, DnsResolver.OfMachine(TimeProvider.System), [new SharedKey(1, new byte[16])]),
        null);
}
