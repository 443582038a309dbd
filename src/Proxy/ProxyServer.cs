using System.Collections.Immutable;
using System.Security.Cryptography;
using Appliance.Limiter;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Names;
using Appliance.Proxy.Tls;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy;

/// <summary>The data plane: event loops, their listeners and pools. Thread-safe.</summary>
public sealed class ProxyServer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly EventLoop[] _loops;
    private readonly HttpLoop[] _httpLoops;
    private readonly ILogger _log;
    private readonly DelayedRequests _delayed = new();
    private readonly HttpHandler _http;
    private readonly TcpHandler _tcp;
    private readonly LocalProtocolHandler _local;
    private readonly TimeProvider _time;
    private readonly DnsResolver _resolver;
    private readonly SharedKey _ownKey = new(0, RandomNumberGenerator.GetBytes(32));
    private readonly MemoryBound _memory;
    private readonly KernelOffload _offload;
    private ImmutableArray<Listener> _listeners = [];

    /// <summary>Removed udp listeners whose last sessions still hold their ports.</summary>
    private ImmutableArray<Listener> _leaving = [];

    private ImmutableArray<UpstreamPool> _pools = [];
    private TicketKeys? _ownTicketKeys;
    private bool _disposed;
    private int _accessLogTurn;

    /// <summary>Makes the loops' resources; nothing runs yet.</summary>
    /// <param name="loops">Number of event loops, 1 .. 64; normally one per core.</param>
    /// <param name="policies">Asked for each request of listeners that enforce policies; null: none configured.</param>
    /// <param name="log">Where events go.</param>
    /// <param name="time">The clock; the system's if null.</param>
    public ProxyServer(int loops, PolicyEngine? policies, ILogger log, TimeProvider? time = null)
        : this(loops, policies, log, time, null)
    {
    }

    /// <summary>The same with another resolver than the machine's.</summary>
    internal ProxyServer(int loops, PolicyEngine? policies, ILogger log, TimeProvider? time, DnsResolver? resolver)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(loops, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(loops, 64);
        _log = log;
        _time = time ?? TimeProvider.System;
        _resolver = resolver ?? DnsResolver.OfMachine(_time);
        _loops = [.. Enumerable.Range(0, loops).Select(i => new EventLoop(i, _time, log))];
        _httpLoops = [.. _loops.Select(_ => new HttpLoop(loops))];
        _http = new HttpHandler(_httpLoops, policies, _delayed, log);
        _tcp = new TcpHandler(log);
        _local = new LocalProtocolHandler(_httpLoops, log);
        _memory = new MemoryBound(_loops);
        _offload = new KernelOffload(time ?? TimeProvider.System, log);
    }

    /// <summary>Binds every listener and starts the loops. On failure nothing stays bound.</summary>
    /// <exception cref="ListenException">An address cannot be bound; the message names listener, address and reason.</exception>
    /// <exception cref="TlsException">A certificate file cannot be used; the message names file and reason.</exception>
    /// <param name="settings">What to run.</param>
    /// <param name="inherited">
    /// Listening sockets that an earlier process left open, by the names of <see cref="VisitListenSockets"/>. They are this server's from here
    /// on: what a listener wants goes on without a gap, the rest is closed.
    /// </param>
    public void Start(ProxySettings settings, IReadOnlyDictionary<string, int>? inherited = null)
    {
        var sockets = new InheritedSockets(inherited ?? ImmutableDictionary<string, int>.Empty);
        try
        {
            Apply(settings, sockets);
        }
        finally
        {
            sockets.CloseRest();
        }

        foreach (EventLoop loop in _loops) loop.Start();
    }

    /// <summary>New listeners open first, then the new routes and pools apply, then removed listeners close. All or nothing.</summary>
    /// <exception cref="ListenException">A new listener cannot be bound; the old settings go on unchanged.</exception>
    /// <exception cref="TlsException">A certificate file cannot be used; the old settings go on unchanged.</exception>
    public void Apply(ProxySettings settings) => Apply(settings, new InheritedSockets(ImmutableDictionary<string, int>.Empty));

    /// <summary>Shows the sockets on which traffic is accepted now, by names that are the same after a restart. None closes meanwhile; the caller keeps no descriptor.</summary>
    public void VisitListenSockets(Action<string, int> visit)
    {
        lock (_gate)
        {
            if (_disposed) return;
            foreach (Listener listener in _listeners) listener.Visit(visit);
        }
    }

    private void Apply(ProxySettings settings, InheritedSockets inherited)
    {
        ArgumentNullException.ThrowIfNull(settings);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var tls = new TlsContexts(settings, settings.ClusterKeys.IsDefaultOrEmpty ? _ownTicketKeys : null, _time);
            ImmutableArray<UpstreamPool> pools = PoolsFor(settings);
            // Before anything can be sent to them in the clear.
            foreach (UpstreamPool pool in pools.Except(_pools)) pool.Tls = tls.OfUpstream(pool.Settings.Name);
            var kept = new List<(Listener Listener, ListenerSnapshot Snapshot)>();
            var opened = new List<Listener>();
            try
            {
                foreach (ListenerSettings listener in settings.Listeners)
                {
                    ListenerSnapshot snapshot = Compile(listener, pools) with { Tls = tls.OfListener(listener.Name) };
                    if (SamePlace(listener) is { } old) kept.Add((old, snapshot));
                    else opened.Add(Open(snapshot, inherited));
                }
            }
            catch
            {
                foreach (Listener listener in opened) listener.Close();
                throw;
            }

            // A random key lasts as long as the process: a reload must not cost every client a full handshake.
            if (settings.ClusterKeys.IsDefaultOrEmpty) _ownTicketKeys = tls.Tickets ?? _ownTicketKeys;
            foreach (UpstreamPool pool in pools.Intersect(_pools)) pool.Tls = tls.OfUpstream(pool.Settings.Name);
            foreach (HttpLoop loop in _httpLoops) loop.AccessLog.Mode = settings.AccessLog;
            _memory.LimitBytes = settings.MemoryLimit;
            _delayed.Limit = settings.MaximumDelayed;
            foreach ((Listener listener, ListenerSnapshot snapshot) in kept) listener.Snapshot = snapshot;
            ImmutableArray<Listener> gone = [.. _listeners.Where(old => !kept.Exists(k => k.Listener == old) && !opened.Contains(old))];
            ImmutableArray<UpstreamPool> retired = [.. _pools.Where(old => !pools.Contains(old))];
            _listeners = [.. kept.Select(k => k.Listener), .. opened];
            ImmutableArray<UpstreamPool> begun = [.. pools.Where(pool => !_pools.Contains(pool))];
            _pools = pools;
            foreach (Listener listener in gone) listener.Close();
            _leaving = [.. _leaving.Union(gone).Where(old => old.StillHolds(old.Address))];
            // In this order: a last check of the old pool must not overwrite what the new one has adopted.
            foreach (UpstreamPool pool in retired) pool.Retire(PoolOf(pool.Settings.Name));
            foreach (UpstreamPool pool in begun) pool.Start();
            _offload.Apply(_listeners);
            if (gone.Length > 0) CloseIdleConnections();
            foreach (CertificateStatus one in tls.Certificates)
            {
                if (one.NotAfter <= _time.GetUtcNow()) ProxyLog.CertificateExpired(_log, one.File, one.NotAfter);
            }
        }
    }

    /// <summary>Who waits because a policy says so; one bound for all, whoever makes them wait.</summary>
    public DelayedRequests Delayed => _delayed;

    /// <summary>The addresses that listeners are bound to, by name; a port given as 0 is the real one here.</summary>
    public ImmutableDictionary<string, System.Net.EndPoint> Addresses =>
        _listeners.ToImmutableDictionary(listener => listener.Snapshot.Settings.Name, listener => listener.Address);

    /// <summary>While on, HTTP answers carry `Connection: close` and idle client connections are closed, so that clients move away.</summary>
    public void SetDraining(bool draining)
    {
        foreach (EventLoop loop in _loops)
        {
            HttpLoop http = _httpLoops[loop.Number];
            loop.Post(() => http.Draining = draining);
        }

        if (draining) CloseIdleConnections();
    }

    /// <summary>Closes traffic listeners (not Local ones), drains, and completes when no traffic connection is left or time is up.</summary>
    /// <param name="limit">For all of it.</param>
    /// <param name="socketsOutlive">
    /// The listening sockets stay open elsewhere for the next process. http listeners then go on accepting while the connections that are there
    /// now end, for four fifths of the time at most: closed at once, new clients would wait in the queue for as long as the slowest old request.
    /// To be draining (<see cref="SetDraining"/>), so that a new connection carries one request. A new tunnel would be cut at the end: tcp and udp
    /// listeners close at once.
    /// </param>
    /// <returns>The number of connections cut at the limit.</returns>
    public async Task<int> StopTrafficAsync(TimeSpan limit, bool socketsOutlive = false)
    {
        long begin = Environment.TickCount64;
        long deadline = begin + (long)limit.TotalMilliseconds;
        ImmutableArray<Listener> traffic;
        lock (_gate)
        {
            traffic = [.. _listeners.Where(listener => listener.Snapshot.Settings.Protocol != ListenerProtocol.Local)];
            foreach (Listener listener in traffic)
            {
                if (!socketsOutlive || listener.Snapshot.Settings.Protocol != ListenerProtocol.Http) listener.Close();
            }
        }

        CloseIdleConnections();
        if (socketsOutlive)
        {
            PresentConnections present = await PresentConnections.CaptureAsync(_loops).ConfigureAwait(false);
            await present.WaitAsync(deadline - (deadline - begin) / 5).ConfigureAwait(false);
            lock (_gate)
            {
                foreach (Listener listener in traffic) listener.Close();
            }

            CloseIdleConnections();
        }

        while (traffic.Sum(Active) > 0 && Environment.TickCount64 < deadline) await Task.Delay(5).ConfigureAwait(false);
        return (int)traffic.Sum(Active);

        static long Active(Listener listener) => listener.Sum(counters => counters.Active);
    }

    /// <summary>
    /// Cuts the connections and datagram sessions whose own end has one of these addresses. For addresses that have left this machine: nothing can be sent from them
    /// any more, and the client's next packet goes to their new owner.
    /// </summary>
    public void CutConnectionsFrom(IEnumerable<System.Net.IPAddress> addresses)
    {
        HashSet<ClientAddress> moved = [.. addresses.Select(ClientAddress.From)];
        foreach (EventLoop loop in _loops)
        {
            loop.Post(() =>
            {
                foreach (Connection connection in loop.Sources<Connection>())
                {
                    if (!connection.IsClosed && moved.Contains(connection.LocalAddress)) connection.Abort(ConnectionError.Aborted);
                }

                foreach (UdpSession session in loop.Sources<UdpSession>())
                {
                    if (session.LocalAddress is { } local && moved.Contains(local)) session.CloseNow();
                }
            });
        }
    }

    /// <summary>
    /// Takes a server out of rotation, or puts it back: in drain it gets no new request or connection, those under way finish, idle connections
    /// are closed. Lasts until it is changed or the process ends; a reload that keeps the server keeps it.
    /// </summary>
    /// <param name="upstream">Name of the upstream.</param>
    /// <param name="server">Its address as configured, or one address of a name as the status shows it.</param>
    /// <param name="drain">True: out of rotation.</param>
    public ServerDrainResult SetServerDrain(string upstream, string server, bool drain)
    {
        lock (_gate)
        {
            if (PoolOf(upstream) is not { } pool) return ServerDrainResult.UnknownUpstream;
            return pool.SetDraining(server, drain) ? ServerDrainResult.Done : ServerDrainResult.UnknownServer;
        }
    }

    /// <summary>Current figures; a copy, slightly old.</summary>
    public ProxyStatus GetStatus() => new(
        [.. _listeners.Select(StatusOf)],
        [.. _pools.Select(pool => pool.GetStatus())],
        [.. _loops.Select(loop => new LoopStatus(loop.Number, loop.Turns, loop.SourceCount, loop.Buffers.AllocatedBytes))])
    {
        AccessLogDropped = _httpLoops.Sum(loop => loop.AccessLog.Dropped),
        DelayedRequests = _delayed.Count,
        Offload = _offload.GetStatus(),
    };

    /// <summary>
    /// Takes finished lines of the access log out, from all loops: JSON objects, each with its LF. To be asked often enough that a quarter of a
    /// mebibyte per loop does not fill up; what finds no room is dropped and counted. One thread at a time.
    /// </summary>
    /// <param name="into">At least 1 KiB.</param>
    /// <returns>Bytes written, whole lines only; 0: there are none now.</returns>
    public int ReadAccessLog(Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(into.Length, AccessLog.MaxLine);
        int length = 0;
        // Another loop begins each time: a busy one cannot keep the others from being read.
        _accessLogTurn = (_accessLogTurn + 1) % _httpLoops.Length;
        for (int i = 0; i < _httpLoops.Length; i++)
        {
            length += _httpLoops[(_accessLogTurn + i) % _httpLoops.Length].AccessLog.Read(into[length..]);
        }

        return length;
    }

    /// <summary>Removes the nftables table that a run which ended without cleaning up has left; nothing when there is none.</summary>
    /// <returns>Null, or why it cannot be removed.</returns>
    public static string? RemoveOffloadTable() => KernelOffload.RemoveTable() is var error and not 0 ? new System.ComponentModel.Win32Exception(error).Message : null;

    /// <summary>Ends the loops and closes everything at once.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            foreach (Listener listener in _listeners) listener.Close();
            // Idle server connections end with FIN; what the loops still find open after that is cut.
            foreach (UpstreamPool pool in _pools) pool.Retire(null);
        }

        foreach (EventLoop loop in _loops) loop.Dispose();
        _offload.Dispose();
    }

    /// <summary>Cancels the reads of HTTP connections that wait for a next request; they see that they are to end.</summary>
    private void CloseIdleConnections()
    {
        foreach (EventLoop loop in _loops)
        {
            loop.Post(() =>
            {
                foreach (Connection connection in loop.Sources<Connection>()) (connection.Owner as HttpConnection)?.CloseIfIdle();
            });
        }
    }

    private Listener Open(ListenerSnapshot snapshot, InheritedSockets inherited)
    {
        if (snapshot.Settings.Protocol == ListenerProtocol.Udp
            && _leaving.Concat(_listeners).FirstOrDefault(old => old.StillHolds(snapshot.Settings.Address)) is { } leaving)
        {
            leaving.Reopen(snapshot);
            return leaving;
        }

        var listener = new Listener(snapshot, _loops, _memory, _log);
        listener.Open(inherited);
        return listener;
    }

    private ImmutableArray<UpstreamPool> PoolsFor(ProxySettings settings)
    {
        ImmutableArray<SharedKey> keys = settings.ClusterKeys.IsEmpty ? [_ownKey] : settings.ClusterKeys;
        var parts = new UpstreamParts(_loops, _log, _time, _resolver, keys);
        return [.. settings.Upstreams.Select(upstream => Unchanged(upstream, keys) ?? new UpstreamPool(upstream, parts, PoolOf(upstream.Name)))];
    }

    private UpstreamPool? PoolOf(string name) => _pools.FirstOrDefault(pool => pool.Settings.Name == name);

    private UpstreamPool? Unchanged(UpstreamSettings settings, ImmutableArray<SharedKey> keys) =>
        PoolOf(settings.Name) is { } pool && UpstreamComparison.Same(pool.Settings, settings)
        && (settings.Sticky is null || UpstreamComparison.Same(pool.Keys, keys)) ? pool : null;

    /// <summary>A listener on the same address keeps its sockets, whatever else of it changes: they never stop accepting.</summary>
    private Listener? SamePlace(ListenerSettings settings) => _listeners.FirstOrDefault(listener =>
        !listener.IsClosed && listener.Snapshot.Settings.Address.Equals(settings.Address)
        && (listener.Snapshot.Settings.Protocol == ListenerProtocol.Udp) == (settings.Protocol == ListenerProtocol.Udp));

    private ListenerSnapshot Compile(ListenerSettings listener, ImmutableArray<UpstreamPool> pools)
    {
        UpstreamPool Find(string name) => pools.First(pool => pool.Settings.Name == name);
        IConnectionHandler handler = listener.Protocol switch
        {
            ListenerProtocol.Http => _http,
            // Datagrams have no connection to hand over: a udp listener's sockets do it all.
            ListenerProtocol.Tcp or ListenerProtocol.Udp => _tcp,
            _ => _local,
        };
        var routes = new RouteTable(listener.Routes.Select(
            route => Route.Compile(route, listener.Http, route.Upstream is { } upstream ? Find(upstream) : null)));
        return new ListenerSnapshot(listener, handler, routes, listener.Upstream is { } name ? Find(name) : null);
    }

    private static ListenerStatus StatusOf(Listener listener) => new(
        listener.Snapshot.Settings.Name,
        listener.Address.ToString() ?? string.Empty,
        Listener.ProtocolName(listener.Snapshot.Settings.Protocol),
        listener.Sum(counters => counters.Active),
        listener.Sum(counters => counters.Accepted),
        [.. Enumerable.Range(0, 6).Select(status => listener.Sum(counters => counters.Answers(status)))],
        listener.Sum(counters => counters.ReceivedBytes),
        listener.Sum(counters => counters.SentBytes),
        listener.Sum(counters => counters.RejectedByPolicy))
    {
        RefusedProxyHeaders = ByReason<ProxyHeaderRefusal>(reason => listener.Sum(counters => counters.ProxyHeaders(reason))),
        RefusedClientHellos = ByReason<ClientHelloRefusal>(reason => listener.Sum(counters => counters.ClientHellos(reason))),
        Certificates = listener.Snapshot.Tls?.Certificates ?? [],
        TlsHandshakes = listener.Sum(counters => counters.Handshakes),
        TlsResumed = listener.Sum(counters => counters.ResumedHandshakes),
        TlsFailures = listener.Sum(counters => counters.FailedHandshakes),
        Admission = listener.AdmissionStatus,
        Udp = listener.UdpStatus,
    };

    private static ImmutableDictionary<string, long> ByReason<TReason>(Func<TReason, long> count)
        where TReason : struct, Enum =>
        Enum.GetValues<TReason>().Where(reason => count(reason) > 0).ToImmutableDictionary(reason => reason.ToString(), count);
}
