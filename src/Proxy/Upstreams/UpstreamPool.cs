using System.Collections.Immutable;
using System.Net;
using Appliance.Proxy.Balancing;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Health;
using Appliance.Proxy.Names;
using Appliance.Proxy.Tls;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Upstreams;

/// <summary>
/// An upstream over all loops. Each loop has its own share (rotation, idle connections, hold-offs); what all must know of a server (health,
/// breaker, drain, requests under way) is its <see cref="ServerState"/>. Made by the server's thread; thread-safe from then on.
/// </summary>
internal sealed class UpstreamPool
{
    private readonly Lock _gate = new();
    private readonly UpstreamParts _parts;
    private readonly ServerEntry[] _entries;
    private readonly LoopPool[] _perLoop;
    private readonly List<NameWatcher> _watchers = [];
    private readonly Dictionary<ServerState, HealthChecker> _checkers = [];
    private volatile UpstreamPool? _successor;
    private volatile TlsClientContext? _tls;
    private int _waiting;
    private int _turn;
    private bool _started;
    private bool _retired;

    /// <summary>Makes the pool; it does nothing of its own before <see cref="Start"/>.</summary>
    /// <param name="settings">What is asked for.</param>
    /// <param name="parts">What it works with.</param>
    /// <param name="former">The pool of the same name that it replaces: servers that stay keep their state.</param>
    internal UpstreamPool(UpstreamSettings settings, UpstreamParts parts, UpstreamPool? former)
    {
        Settings = settings;
        _parts = parts;
        _entries = [.. settings.Servers.Select(server => new ServerEntry(server, former?.EntryOf(server.Address)))];
        if (settings.Sticky is { } sticky) Sticky = new StickyCookie(sticky, settings.Name, parts.Keys);
        Sticky?.SetServers(States);
        _perLoop = [.. parts.Loops.Select(loop => new LoopPool(loop, this, new Random()))];
        foreach (LoopPool pool in _perLoop) pool.SetServers(Servers());
    }

    /// <summary>What was asked for; pools of equal settings live on through a reload.</summary>
    internal UpstreamSettings Settings { get; }

    internal ILogger Log => _parts.Log;

    /// <summary>Secrets its cookies are made with.</summary>
    internal ImmutableArray<SharedKey> Keys => _parts.Keys;

    /// <summary>Sticky sessions; null: none.</summary>
    internal StickyCookie? Sticky { get; }

    /// <summary>Its servers in configured order.</summary>
    internal IEnumerable<ServerState> States => _entries.SelectMany(entry => entry.States);

    /// <summary>The loop's share.</summary>
    internal LoopPool On(EventLoop loop) => _perLoop[loop.Number];

    /// <summary>What new connections to the servers are made with; null: plain. Those that exist stay as they are. From any thread.</summary>
    internal TlsClientContext? Tls
    {
        get => _tls;
        set => _tls = value;
    }

    /// <summary>The settings apply from now on: begins to check servers and to resolve names.</summary>
    internal void Start()
    {
        lock (_gate)
        {
            _started = true;
            foreach (ServerState state in States) state.Adopt(Settings);
            UpdateCheckers();
            foreach (ServerEntry entry in _entries) Watch(entry);
        }
    }

    /// <summary>Ends checks, closes idle connections, those in use when they are done. From any thread.</summary>
    /// <param name="successor">The pool of the same name in the new configuration.</param>
    internal void Retire(UpstreamPool? successor)
    {
        lock (_gate)
        {
            _retired = true;
            _successor = successor;
            _watchers.ForEach(watcher => watcher.Dispose());
            foreach (HealthChecker checker in _checkers.Values) checker.Stop();
            _checkers.Clear();
        }

        foreach (LoopPool pool in _perLoop) pool.Loop.Post(() => pool.Retire(successor?.On(pool.Loop)));
    }

    /// <summary>Drains a server, or puts it back.</summary>
    /// <returns>False: there is no server of the name.</returns>
    internal bool SetDraining(string server, bool draining)
    {
        lock (_gate)
        {
            IReadOnlyList<ServerState>[] changed = [.. _entries.Select(entry => entry.SetDraining(server, draining)).OfType<IReadOnlyList<ServerState>>()];
            foreach (ServerState state in changed.SelectMany(states => states))
            {
                if (draining) CloseIdle(state);
                else state.MarkBack(_parts.Loops[0].NowNs);
                ProxyLog.ServerDrain(Log, Settings.Name, state.Name, draining ? "draining" : "in rotation again");
            }

            if (!draining) OnEligible();
            return changed.Length > 0;
        }
    }

    /// <summary>A check has ended. On the checker's loop.</summary>
    internal void OnChecked(ServerState state, HealthCheckSettings settings, string? failure, EventLoop loop)
    {
        HealthRecord before, after;
        lock (_gate)
        {
            // The server may belong to the next pool already, which knows better, or no longer checks and could never find it up again.
            if (_retired) return;
            before = state.Health;
            state.Health = after = HealthVerdict.After(settings, before, failure, loop.UtcNow);
        }

        if (after.Up == before.Up) return;
        if (after.Up)
        {
            state.MarkBack(loop.NowNs);
            ProxyLog.HealthUp(Log, Settings.Name, state.Name, settings.HealthyAfter);
            OnEligible();
            return;
        }

        CloseIdle(state);
        ProxyLog.HealthDown(Log, Settings.Name, state.Name, failure ?? string.Empty);
        OnEligible();
    }

    /// <summary>A check failed for a fault of ours.</summary>
    internal void OnCheckBroken(Exception error) => ProxyLog.HandlerFailed(Log, error);

    /// <summary>Leaves a server out that has failed too often, unless too many are left out already. From any loop; rare, so a lock will do.</summary>
    internal void TryEject(ServerState state, long nowNs)
    {
        if (Settings.Ejection is not { } settings) return;
        TimeSpan duration;
        lock (_gate)
        {
            ServerState[] all = [.. States];
            if (state.Ejection.IsEjected(nowNs)) return;
            if (!Ejection.MayEject(all.Count(other => other.Ejection.IsEjected(nowNs)), all.Length, settings.MaximumPercent)) return;
            duration = state.Ejection.Eject(settings, nowNs);
        }

        ProxyLog.ServerEjected(Log, Settings.Name, state.Name, settings.ConsecutiveFailures, duration);
    }

    /// <summary>Keeps count of the requests that wait on all loops.</summary>
    internal void CountWaiting(int change) => Interlocked.Add(ref _waiting, change);

    /// <summary>
    /// A place at a server is free: wakes one loop whose requests wait, in turn. The place was given back before, and who waits is counted before
    /// he looks once more, both with a full fence: one of the two sees the other.
    /// </summary>
    internal void OnReleased()
    {
        if (_successor is { } successor) successor.OnReleased();
        else if (Volatile.Read(ref _waiting) > 0) WakeNext();
    }

    /// <summary>A loop has served all of its requests; what may be left belongs to the others.</summary>
    internal void PassOn()
    {
        if (Volatile.Read(ref _waiting) > 0) WakeNext();
    }

    /// <summary>Which servers may serve has changed: whoever waits looks again.</summary>
    internal void OnEligible()
    {
        if (Volatile.Read(ref _waiting) == 0) return;
        foreach (LoopPool pool in _perLoop) pool.Wake();
    }

    /// <summary>Sums over the loops; slightly old.</summary>
    internal UpstreamStatus GetStatus()
    {
        ImmutableArray<ServerStatus> servers = [.. _entries.SelectMany(StatusOf)];
        return new UpstreamStatus(Settings.Name, servers)
        {
            HealthyServers = servers.Count(server => server.State == "up" && server.Breaker != "open"),
            QueueLength = Math.Max(0, Volatile.Read(ref _waiting)),
            Retries = _perLoop.Sum(pool => pool.Retries),
        };
    }

    private static string Name(BreakerPhase phase) => phase switch
    {
        BreakerPhase.Open => "open",
        BreakerPhase.HalfOpen => "half-open",
        _ => "closed",
    };

    private ServerEntry? EntryOf(EndPoint address) => Array.Find(_entries, entry => entry.Settings.Address.Equals(address));

    private List<(ServerState State, ServerSettings Settings)> Servers() =>
        [.. _entries.SelectMany(entry => entry.States.Select(state => (state, entry.Settings)))];

    private void WakeNext()
    {
        int start = Interlocked.Increment(ref _turn) & int.MaxValue;
        for (int i = 0; i < _perLoop.Length; i++)
        {
            LoopPool pool = _perLoop[(start + i) % _perLoop.Length];
            if (pool.QueueLength == 0) continue;
            pool.Wake();
            return;
        }
    }

    private void CloseIdle(ServerState state)
    {
        foreach (LoopPool pool in _perLoop) pool.Loop.Post(() => pool.CloseIdle(state));
    }

    /// <summary>Begins to check servers that are not checked yet, on the loops in turn; ends it for those that are gone.</summary>
    private void UpdateCheckers()
    {
        if (Settings.HealthCheck is not { } settings) return;
        ServerState[] states = [.. States.Distinct()];
        foreach (ServerState gone in _checkers.Keys.Except(states).ToArray())
        {
            _checkers[gone].Stop();
            _checkers.Remove(gone);
        }

        foreach (ServerState state in states)
        {
            if (_checkers.ContainsKey(state)) continue;
            var checker = new HealthChecker(_parts.Loops[_checkers.Count % _parts.Loops.Length], this, state, settings, new Random());
            _checkers.Add(state, checker);
            checker.Start();
        }
    }

    private void Watch(ServerEntry entry)
    {
        if (entry.Settings.Address is not DnsEndPoint name) return;
        ImmutableArray<IPAddress> known = [.. entry.States.Select(state => state.EndPoint.Address)];
        var watcher = new NameWatcher(
            _parts.Resolver, name.Host, known, addresses => OnResolved(entry, addresses), reason => OnResolving(entry, reason), _parts.Time);
        _watchers.Add(watcher);
        if (known.IsEmpty) entry.Failure = "not resolved yet";
        watcher.Start();
    }

    private void OnResolving(ServerEntry entry, string? failure)
    {
        entry.Failure = failure;
        if (failure is null) ProxyLog.NameAnswered(Log, Settings.Name, entry.Name);
        else ProxyLog.NameFailed(Log, Settings.Name, entry.Name, failure, entry.States.Length);
    }

    private void OnResolved(ServerEntry entry, ImmutableArray<IPAddress> addresses)
    {
        lock (_gate)
        {
            if (_retired || !_started) return;
            entry.Resolve(addresses);
            entry.Failure = null;
            foreach (ServerState state in entry.States) state.Adopt(Settings);
            Sticky?.SetServers(States);
            UpdateCheckers();
            List<(ServerState, ServerSettings)> servers = Servers();
            foreach (LoopPool pool in _perLoop) pool.Loop.Post(() => pool.SetServers(servers));
        }

        ProxyLog.NameResolved(Log, Settings.Name, entry.Name, string.Join(", ", addresses));
    }

    private IEnumerable<ServerStatus> StatusOf(ServerEntry entry) => entry.States.IsEmpty
        ? [new ServerStatus(entry.Name, "down", 0, 0, 0, 0) { Reason = entry.Failure }]
        : entry.States.Select(StatusOf);

    private ServerStatus StatusOf(ServerState state)
    {
        LoopServer[] parts = [.. _perLoop.SelectMany(pool => pool.Servers.Where(server => server.State == state))];
        HealthRecord health = state.Health;
        bool ejected = state.Ejection.IsEjected(_parts.Loops[0].NowNs);
        bool up = health.Up && !parts.Any(part => part.IsHeldOff);
        return new ServerStatus(
            state.Name,
            state.Draining ? "drain" : !up ? "down" : ejected ? "ejected" : "up",
            parts.Sum(part => part.ActiveConnections),
            parts.Sum(part => (long)part.IdleConnections),
            parts.Sum(part => part.Requests),
            parts.Sum(part => part.Failures))
        {
            Health = Settings.HealthCheck is null ? "none" : health.IsUnchecked ? "unchecked" : health.Up ? "up" : "down",
            Reason = health.LastFailure,
            Since = health.Since == DateTimeOffset.MinValue ? null : health.Since,
            ChecksOk = health.Good,
            ChecksFailed = health.Failed,
            Breaker = state.Breaker.Settings is null ? "none" : Name(state.Breaker.State.Phase),
            Draining = state.Draining,
            Ejected = ejected,
            UnderWay = state.UnderWay.Value,
        };
    }
}
