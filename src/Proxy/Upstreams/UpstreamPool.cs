using System.Collections.Immutable;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Tls;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Upstreams;

/// <summary>An upstream's servers on every loop. Each loop has its own share (rotation, idle connections, hold-offs): no lock between them.</summary>
internal sealed class UpstreamPool
{
    private readonly LoopPool[] _perLoop;

    internal UpstreamPool(UpstreamSettings settings, EventLoop[] loops, ILogger log)
    {
        Settings = settings;
        _perLoop = [.. loops.Select(loop => new LoopPool(loop, settings, log))];
    }

    /// <summary>What was asked for; pools of equal settings live on through a reload.</summary>
    internal UpstreamSettings Settings { get; }

    /// <summary>The loop's share.</summary>
    internal LoopPool On(EventLoop loop) => _perLoop[loop.Number];

    /// <summary>What new connections to the servers are made with; null: plain. From any thread.</summary>
    internal void UseTls(TlsClientContext? context)
    {
        foreach (LoopPool pool in _perLoop)
        {
            pool.Loop.Post(() =>
            {
                foreach (LoopServer server in pool.Servers) server.UseTls(context);
            });
        }
    }

    /// <summary>Closes idle connections, those in use when they are done. From any thread.</summary>
    internal void Retire()
    {
        foreach (LoopPool pool in _perLoop) pool.Loop.Post(pool.Retire);
    }

    /// <summary>Sums over the loops; slightly old.</summary>
    internal UpstreamStatus GetStatus() => new(Settings.Name, [.. Settings.Servers.Select((server, i) => StatusOf(server, i))]);

    private ServerStatus StatusOf(ServerSettings server, int index)
    {
        ImmutableArray<LoopServer> parts = [.. _perLoop.Select(pool => pool.Servers[index])];
        return new ServerStatus(
            server.Address.ToString()!,
            parts.Any(part => part.IsHeldOff) ? "down" : "up",
            parts.Sum(part => part.ActiveConnections),
            parts.Sum(part => (long)part.IdleConnections),
            parts.Sum(part => part.Requests),
            parts.Sum(part => part.Failures));
    }
}
