using Appliance.Limiter;
using Appliance.Proxy.Balancing;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Layer7;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Upstreams;

/// <summary>One loop's share of an upstream: chooses servers. Belongs to the loop's thread.</summary>
internal sealed class LoopPool
{
    private readonly Balancer _balancer;
    private readonly RequestQueue _queue;
    private readonly long _slowStartNs;
    private LoopServer[] _candidates = [];
    private Candidate[] _choice = [];
    private LoopPool? _successor;

    internal LoopPool(EventLoop loop, UpstreamPool shared, Random random)
    {
        Loop = loop;
        Shared = shared;
        _balancer = Balancer.Create(Settings.Balance, random);
        _queue = new RequestQueue(this);
        _slowStartNs = Settings.SlowStart.Ticks * 100;
    }

    internal EventLoop Loop { get; }

    /// <summary>What the loops share.</summary>
    internal UpstreamPool Shared { get; }

    internal UpstreamSettings Settings => Shared.Settings;

    internal ILogger Log => Shared.Log;

    /// <summary>In configured order; replaced whole when a name's addresses change.</summary>
    internal LoopServer[] Servers { get; private set; } = [];

    /// <summary>Requests waiting for a server.</summary>
    internal int QueueLength => _queue.Length;

    /// <summary>What may be tried again.</summary>
    internal RetryBudget Retry { get; } = new();

    /// <summary>Tries after the first, for the status.</summary>
    internal long Retries { get; set; }

    /// <summary>The hash of a request's key for <see cref="NextAsync"/>; 0 when the upstream's method needs none.</summary>
    internal ulong KeyOf(ReadOnlySpan<byte> head, RequestHead request, ReadOnlySpan<byte> path, ClientAddress client) =>
        Settings.Balance == BalanceMethod.Hash ? RequestKey.Of(Settings.HashKey, head, request, path, client) : 0;

    /// <summary>The same for a connection or datagram.</summary>
    internal ulong KeyOf(ClientAddress client) => Settings.Balance == BalanceMethod.Hash ? RequestKey.Of(Settings.HashKey, client) : 0;

    /// <summary>
    /// The next server by the upstream's method: a primary that may serve; else a backup; else one that is merely held off or ejected, because an
    /// answer may have become possible. Servers that checks found down, that are drained, or whose breaker is open get nothing in any case.
    /// When every server of the rank has as many connections as it may, the request waits for one of them up to the queue's limit: backups
    /// stand in for servers that fail, not for busy ones. The caller concludes what it gets, once, and holds nothing while it waits.
    /// </summary>
    /// <param name="tried">Bits of the servers that have been tried for this request, see <see cref="LoopServer.Mask"/>.</param>
    /// <param name="key">See <see cref="KeyOf(ClientAddress)"/>.</param>
    /// <returns>Null: nothing is available (every server tried, none eligible, or none free in time).</returns>
    internal ValueTask<LoopServer?> NextAsync(ulong tried, ulong key)
    {
        if (_successor is not null) return _successor.NextAsync(tried, key);
        bool full = true;
        LoopServer? server = _queue.Length == 0 ? Pick(tried, key, out full) : null;
        return server is not null || !full ? new(server) : _queue.WaitAsync(tried, key);
    }

    /// <summary>The same without waiting.</summary>
    internal LoopServer? Next(ulong tried, ulong key = 0) => Pick(tried, key, out _);

    /// <summary>Clients are kept on their servers by a cookie.</summary>
    internal bool IsSticky => Shared.Sticky is not null;

    /// <summary>The server that a client's cookie names, if it may serve just now; concluded like any other.</summary>
    /// <param name="head">The request's head as received.</param>
    /// <param name="request">The same, parsed.</param>
    /// <param name="current">The cookie needs no renewal: do not send it again.</param>
    internal LoopServer? FindSticky(ReadOnlySpan<byte> head, RequestHead request, out bool current)
    {
        current = false;
        if (Shared.Sticky is not { } sticky || sticky.Find(head, request, out current) is not { } state) return null;
        long nowNs = Loop.NowNs;
        foreach (LoopServer server in Servers)
        {
            if (server.State != state) continue;
            return state.MayServe && !server.IsLastResort(nowNs) ? server.TryTake(nowNs) : null;
        }

        return null;
    }

    /// <summary>Writes the Set-Cookie line that keeps a client on a server.</summary>
    /// <param name="server">The server that answers.</param>
    /// <param name="secure">The client's connection is encrypted.</param>
    /// <param name="destination">At least <see cref="StickyCookie.MaxLine"/> bytes.</param>
    /// <returns>Bytes written, CRLF included; 0: the upstream is not sticky.</returns>
    internal int WriteSetCookie(LoopServer server, bool secure, Span<byte> destination) =>
        Shared.Sticky?.WriteSetCookie(server.State, secure, destination) ?? 0;

    /// <summary>Uses these servers from now on. Those that stay keep their connections.</summary>
    internal void SetServers(IReadOnlyList<(ServerState State, ServerSettings Settings)> wanted)
    {
        LoopServer[] before = Servers;
        var servers = new List<LoopServer>();
        var taken = before.Where(server => wanted.Any(w => w.State == server.State)).Select(server => server.Index).ToHashSet();
        foreach ((ServerState state, ServerSettings settings) in wanted)
        {
            LoopServer? kept = Array.Find(before, server => server.State == state && server.Settings == settings && !servers.Contains(server));
            if (kept is null)
            {
                int index = 0;
                while (!taken.Add(index)) index++;
                kept = new LoopServer(this, state, settings, index);
            }

            servers.Add(kept);
        }

        _candidates = new LoopServer[servers.Count];
        _choice = new Candidate[servers.Count];
        Servers = [.. servers];
        foreach (LoopServer server in before.Except(servers)) server.Retire();
        _queue.Wake();
    }

    /// <summary>Serves who waits, soon. From any thread.</summary>
    internal void Wake() => _queue.Wake();

    /// <summary>Closes the idle connections of a server.</summary>
    internal void CloseIdle(ServerState state)
    {
        foreach (LoopServer server in Servers)
        {
            if (server.State == state) server.CloseIdle();
        }
    }

    /// <summary>The pool is gone from the configuration.</summary>
    /// <param name="successor">The pool of the same name in the new configuration; whoever waits here goes on there.</param>
    internal void Retire(LoopPool? successor)
    {
        _successor = successor;
        foreach (LoopServer server in Servers) server.Retire();
        _queue.MoveTo(successor?._queue);
    }

    /// <summary>Chooses and takes a server.</summary>
    /// <param name="tried">Servers to leave out.</param>
    /// <param name="key">The hash of the request's key.</param>
    /// <param name="full">Null was returned because every server that may serve has as many connections as it may.</param>
    internal LoopServer? Pick(ulong tried, ulong key, out bool full)
    {
        full = false;
        for (int rank = 0; rank < 4 && !full; rank++)
        {
            int count = Collect(backup: (rank & 1) != 0, lastResort: rank >= 2, tried, ref full);
            while (count > 0)
            {
                int chosen = count == 1 ? 0 : _balancer.Pick(_choice.AsSpan(0, count), key);
                LoopServer server = _candidates[chosen];
                if (server.TryTake(Loop.NowNs) is { } taken)
                {
                    full = false;
                    return taken;
                }

                // Another loop was faster: the next best.
                full |= server.IsFull;
                count--;
                _candidates[chosen] = _candidates[count];
                _choice[chosen] = _choice[count];
            }
        }

        return null;
    }

    /// <summary>Gathers the servers of a rank that may serve now, with their weights.</summary>
    private int Collect(bool backup, bool lastResort, ulong tried, ref bool full)
    {
        long nowNs = Loop.NowNs;
        int count = 0;
        foreach (LoopServer server in Servers)
        {
            if (server.Settings.Backup != backup || (tried & server.Mask) != 0) continue;
            ServerState state = server.State;
            if (!state.MayServe || server.IsLastResort(nowNs) != lastResort || !state.Breaker.Admits(nowNs)) continue;
            if (server.IsFull)
            {
                full = true;
                continue;
            }

            server.Candidate.Weight = SlowStart.Weight(server.Settings.Weight, state.BackSinceNs(nowNs), _slowStartNs, nowNs);
            _candidates[count] = server;
            _choice[count++] = server.Candidate;
        }

        return count;
    }
}
