using System.Collections.Immutable;
using System.Net;
using System.Runtime.CompilerServices;
using Appliance.Limiter;
using Appliance.Proxy;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Names;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;
using Microsoft.Extensions.Logging;

namespace Proxy.Tests.Support;

/// <summary>
/// A running data plane for one test. Disposing it is an assertion: once the test's clients are closed, no connection, buffer or descriptor
/// may be left but the listening sockets and the idle server connections, and no handler may have failed.
/// </summary>
internal sealed class ProxyRig : IAsyncDisposable
{
    private const int HandlerFailedId = 3000;

    private readonly List<RawPeer> _clients = [];
    private readonly EventLoop[] _loops;

    public ProxyRig(ProxySettings settings, int loops = 1, PolicyEngine? policies = null, DnsResolver? resolver = null, TimeProvider? time = null)
    {
        Server = new ProxyServer(loops, policies, Log, time, resolver);
        _loops = LoopsOf(Server);
        Server.Start(settings);
    }

    public ProxyServer Server { get; }

    public RecordingLog Log { get; } = new();

    public EventLoop Loop => _loops[0];

    /// <summary>Set by tests that stop the listeners themselves: none may be left then.</summary>
    public bool Stopped { get; set; }

    public IPEndPoint Address => (IPEndPoint)Server.Addresses.Single().Value;

    /// <summary>
    /// The figures after whatever the test has seen of the data plane: bytes leave before they are counted, so each loop ends its turn first.
    /// </summary>
    public ProxyStatus Status
    {
        get
        {
            EndTurns();
            return Server.GetStatus();
        }
    }

    public ListenerStatus Listener => Status.Listeners.Single();

    public ServerStatus[] Servers => [.. Status.Upstreams.Single().Servers];

    public ServerStatus Upstream => Status.Upstreams.Single().Servers[0];

    /// <summary>An http listener with one route to the servers.</summary>
    public static ProxyRig Http(params IPEndPoint[] servers) => Http(new TimeoutSettings(), servers);

    public static ProxyRig Http(TimeoutSettings timeouts, params IPEndPoint[] servers) => new(HttpSettings(timeouts, servers));

    public static ProxySettings HttpSettings(TimeoutSettings timeouts, params IPEndPoint[] servers) => new()
    {
        Listeners =
        [
            new ListenerSettings
            {
                Name = "web",
                Protocol = ListenerProtocol.Http,
                Address = new IPEndPoint(IPAddress.Loopback, 0),
                Routes = [new RouteSettings { Upstream = "app" }],
                Timeouts = timeouts,
            },
        ],
        Upstreams = [Pool(servers)],
    };

    public static ProxyRig Tcp(params IPEndPoint[] servers) => Tcp(new TimeoutSettings(), servers);

    public static ProxyRig Tcp(TimeoutSettings timeouts, params IPEndPoint[] servers) => new(TcpSettings(timeouts, servers));

    public static ProxySettings TcpSettings(TimeoutSettings timeouts, params IPEndPoint[] servers) => new()
    {
        Listeners =
        [
            new ListenerSettings
            {
                Name = "relay",
                Protocol = ListenerProtocol.Tcp,
                Address = new IPEndPoint(IPAddress.Loopback, 0),
                Upstream = "app",
                Timeouts = timeouts,
            },
        ],
        Upstreams = [Pool(servers)],
    };

    public static ProxyRig Local(Func<LocalExchange, ValueTask> handler, TimeoutSettings? timeouts = null) => new(new ProxySettings
    {
        Listeners =
        [
            new ListenerSettings
            {
                Name = "admin",
                Protocol = ListenerProtocol.Local,
                Address = new IPEndPoint(IPAddress.Loopback, 0),
                Handler = new DelegateHandler(handler),
                Timeouts = timeouts ?? new TimeoutSettings(),
            },
        ],
    });

    public static UpstreamSettings Pool(params IPEndPoint[] servers) =>
        new() { Name = "app", Servers = [.. servers.Select(address => new ServerSettings(address))] };

    /// <summary>A client, closed with the rig.</summary>
    public async Task<RawPeer> ConnectAsync(string? listener = null, int? receiveBuffer = null)
    {
        RawPeer peer = await RawPeer.ConnectAsync(listener is null ? Address : Server.Addresses[listener], receiveBuffer);
        _clients.Add(peer);
        return peer;
    }

    /// <summary>Sends one request on a new connection and reads the answer.</summary>
    public async Task<(HttpText Head, string Body)> AskAsync(string request)
    {
        RawPeer client = await ConnectAsync();
        await client.SendAsync(request);
        return await client.ReadAnswerAsync();
    }

    /// <summary>A loop's share of the first upstream.</summary>
    public LoopPool Pool(int loop = 0) => PoolsOf(Server)[0].On(_loops[loop]);

    /// <summary>Runs something on a loop and returns its result.</summary>
    public Task<T> OnLoopAsync<T>(Func<T> work, int loop = 0)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _loops[loop].Post(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task.In();
    }

    /// <summary>Waits until the loops have dealt with everything that was sent to them over loopback before: it is in their sockets' queues by then.</summary>
    public void Settle()
    {
        // A connection is accepted in one turn, and its first bytes may be read in one of the next.
        for (int i = 0; i < 5; i++) EndTurns();
    }

    private void EndTurns()
    {
        foreach (EventLoop loop in _loops)
        {
            if (loop.IsCurrent || DisposedOf(Server)) return;
            // Not disposed of: a loop that ends meanwhile may still signal it.
            var done = new ManualResetEventSlim();
            loop.Post(done.Set);
            Assert.True(done.Wait(Deadline.Limit) || DisposedOf(Server), "a loop hangs");
        }
    }

    /// <summary>Waits until nothing of the test is left in the data plane.</summary>
    public async Task ExpectNothingLeftAsync()
    {
        foreach (RawPeer client in _clients) client.Dispose();
        await Deadline.Until(() => Leftovers() == "", () => "left behind: " + Leftovers());
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await ExpectNothingLeftAsync();
            Assert.DoesNotContain(Log.Entries, entry => entry.Id == HandlerFailedId || entry.Level == LogLevel.Critical);
        }
        finally
        {
            Server.Dispose();
        }
    }

    private string Leftovers()
    {
        ProxyStatus status = Server.GetStatus();
        long idle = status.Upstreams.Sum(pool => pool.Servers.Sum(server => server.IdleConnections));
        long expected = idle + (Stopped ? 0 : 1) * status.Listeners.Sum(l => l.Address.StartsWith('/') ? 1 : _loops.Length);
        long sources = status.Loops.Sum(loop => loop.Connections);
        string left = "";
        long active = status.Listeners.Sum(l => l.ActiveConnections);
        if (active != 0) left += $"{active} client connections; ";
        long busy = status.Upstreams.Sum(pool => pool.Servers.Sum(server => server.ActiveConnections));
        if (busy != 0) left += $"{busy} server connections; ";
        int rented = _loops.Sum(loop => loop.Buffers.Rented);
        if (rented != 0) left += $"{rented} buffers; ";
        if (sources != expected) left += $"{sources} sockets instead of {expected}; ";
        foreach (Listener listener in ListenersOf(Server))
        {
            if (listener.Gate is not { } gate) continue;
            if (gate.Open != 0 || gate.Table.CountOpen() != 0) left += $"{gate.Open} places of a listener, {gate.Table.CountOpen()} of its clients; ";
        }

        foreach (UpstreamPool pool in PoolsOf(Server))
        {
            long places = pool.States.Sum(state => state.UnderWay.Value);
            if (places != 0) left += $"{places} places at servers; ";
            int probes = pool.States.Sum(state => state.Breaker.State.Probes);
            if (probes != 0) left += $"{probes} half-open slots; ";
            if (pool.GetStatus().QueueLength is > 0 and long waiting) left += $"{waiting} requests waiting; ";
        }

        return left;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_loops")]
    private static extern ref EventLoop[] LoopsOf(ProxyServer server);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_disposed")]
    private static extern ref bool DisposedOf(ProxyServer server);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_listeners")]
    private static extern ref ImmutableArray<Listener> ListenersOf(ProxyServer server);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pools")]
    private static extern ref ImmutableArray<UpstreamPool> PoolsOf(ProxyServer server);

    private sealed class DelegateHandler(Func<LocalExchange, ValueTask> handler) : ILocalHandler
    {
        public ValueTask HandleAsync(LocalExchange exchange) => handler(exchange);
    }
}
