using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Upstreams;

/// <summary>One loop's share of an upstream.</summary>
internal sealed class LoopPool
{
    internal LoopPool(EventLoop loop, UpstreamSettings settings, ILogger log)
    {
        Loop = loop;
        Servers = [.. settings.Servers.Select(server => new LoopServer(loop, settings.Name, server, log) { ProxyProtocol = settings.ProxyProtocol })];
    }

    internal EventLoop Loop { get; }

    /// <summary>In configured order.</summary>
    internal LoopServer[] Servers { get; }

    /// <summary>
    /// The next server: smooth weighted rotation over the primary servers that are not held off; else over backups; else, when all are held
    /// off, over the primaries all the same, because an answer may have become possible.
    /// </summary>
    /// <param name="tried">Bit i set: server i has been tried for this request.</param>
    /// <returns>Null when every server has been tried.</returns>
    internal LoopServer? Next(ulong tried) =>
        Pick(backup: false, heldOff: false, tried)
        ?? Pick(backup: true, heldOff: false, tried)
        ?? Pick(backup: false, heldOff: true, tried)
        ?? Pick(backup: true, heldOff: true, tried);

    /// <summary>The pool is gone from the configuration.</summary>
    internal void Retire()
    {
        foreach (LoopServer server in Servers) server.Retire();
    }

    /// <summary>Each candidate gains its weight, the richest is chosen and pays the sum: 5:1:1 goes a a b a c a a, not a a a a a b c.</summary>
    private LoopServer? Pick(bool backup, bool heldOff, ulong tried)
    {
        LoopServer? best = null;
        int sum = 0;
        for (int i = 0; i < Servers.Length; i++)
        {
            LoopServer server = Servers[i];
            if (server.Settings.Backup != backup || (server.IsHeldOff && !heldOff) || WasTried(tried, i)) continue;
            server.Credit += server.Settings.Weight;
            sum += server.Settings.Weight;
            if (best is null || server.Credit > best.Credit) best = server;
        }

        if (best is not null) best.Credit -= sum;
        return best;
    }

    /// <summary>The mask for <see cref="Next"/>; pools of more than 63 servers share the last bit, which only limits retries.</summary>
    internal ulong MaskOf(LoopServer server) => 1UL << Math.Min(Array.IndexOf(Servers, server), 63);

    private static bool WasTried(ulong tried, int index) => (tried & (1UL << Math.Min(index, 63))) != 0;
}
