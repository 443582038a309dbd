using System.Collections.Immutable;
using System.Net;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>Checks the upstreams and the references to them.</summary>
internal static class UpstreamValidator
{
    /// <summary>The data plane keeps the servers tried for a request as the bits of one word.</summary>
    private const int MaximumServers = 64;

    /// <summary>Notes every mistake.</summary>
    public static void Check(ApplianceConfig config, ConfigErrors errors)
    {
        Dictionary<string, int> names = [];
        for (int i = 0; i < config.Upstreams.Length; i++)
        {
            UpstreamConfig upstream = config.Upstreams[i];
            string path = $"upstreams[{i}]";
            if (errors.IsSound($"{path}.name") && !names.TryAdd(upstream.Name, i))
            {
                errors.Add($"{path}.name", $"the name {Quoted.Form(upstream.Name)} is already used by upstreams[{names[upstream.Name]}]");
            }

            CheckServers(config, upstream.Servers, $"{path}.servers", errors);
            CheckHash(upstream, path, errors);
            if (upstream.HealthCheck is { } check) CheckHealth(check, $"{path}.health_check", errors);
            CheckRetry(upstream.Retry, $"{path}.retry", errors);
            if (upstream.Tls is { } tls) TlsValidator.Check(tls, $"{path}.tls", errors);
            CheckUse(config, upstream, path, errors);
        }
    }

    /// <summary>Notes a reference to an upstream that is not there.</summary>
    public static void CheckReference(ApplianceConfig config, string path, string name, ConfigErrors errors)
    {
        if (!errors.IsSound(path) || config.Upstreams.Any(u => u.Name == name)) return;
        errors.Add(path, $"no upstream is named {Quoted.Form(name)}{Suggestion.For(name, config.Upstreams.Select(u => u.Name))}");
    }

    private static void CheckServers(ApplianceConfig config, ImmutableArray<ServerConfig> servers, string path, ConfigErrors errors)
    {
        if (servers.Length > 0 && errors.IsSound(path) && servers.All(s => s.Backup))
        {
            errors.Add(path, "every server is a backup; at least one must not be");
        }

        if (servers.Length > MaximumServers) errors.Add(path, $"more than {MaximumServers} servers");
        Dictionary<EndPoint, int> addresses = [];
        for (int i = 0; i < servers.Length; i++)
        {
            string at = $"{path}[{i}].address";
            if (!errors.IsSound(at)) continue;
            if (!addresses.TryAdd(servers[i].Address, i)) errors.Add(at, $"the address is already given as servers[{addresses[servers[i].Address]}]");
            ListenerConfig? own = config.Listeners.FirstOrDefault(l => l.Addresses.Any(a => a.Equals(servers[i].Address)));
            if (own is not null) errors.Add(at, $"this is the address of listener {Quoted.Form(own.Name)}; the traffic would go round in a circle");
        }
    }

    private static void CheckHash(UpstreamConfig upstream, string path, ConfigErrors errors)
    {
        if (!errors.Has($"{path}.hash") || !errors.IsSound($"{path}.hash") || !errors.IsSound($"{path}.balance")) return;
        if (upstream.Balance != BalanceMethod.Hash) errors.Add($"{path}.hash", "the key means nothing without `balance: hash`");
        bool named = upstream.HashKey.Source is HashSource.Header or HashSource.Cookie;
        if (named && upstream.HashKey.Name is null) errors.Add($"{path}.hash.name", "the key is required when `on` is header or cookie");
        if (!named && upstream.HashKey.Name is not null) errors.Add($"{path}.hash.name", "the key means nothing unless `on` is header or cookie");
    }

    private static void CheckHealth(HealthCheckSettings check, string path, ConfigErrors errors)
    {
        if (!errors.Has($"{path}.path"))
        {
            foreach (string key in (string[])["host", "statuses", "body_contains"])
            {
                if (errors.Has($"{path}.{key}")) errors.Add($"{path}.{key}", "the key means nothing without `path`: connecting is the whole check");
            }
        }
        else if (check.Statuses.IsEmpty && errors.IsSound($"{path}.statuses"))
        {
            errors.Add($"{path}.statuses", "the list is empty; it needs at least one entry");
        }

        bool sound = errors.IsSound($"{path}.interval") && errors.IsSound($"{path}.timeout");
        string place = errors.Has($"{path}.timeout") ? $"{path}.timeout" : $"{path}.interval";
        if (sound && check.Timeout > check.Interval) errors.Add(place, "`timeout` is longer than `interval`");
    }

    private static void CheckRetry(RetrySettings retry, string path, ConfigErrors errors)
    {
        if (!errors.IsSound($"{path}.try_timeout") || !errors.IsSound($"{path}.total_timeout")) return;
        if (retry.TotalTimeout > TimeSpan.Zero && retry.TryTimeout > retry.TotalTimeout) errors.Add($"{path}.try_timeout", "it is longer than `total_timeout`");
    }

    /// <summary>What depends on the protocol of the listeners that use the upstream.</summary>
    private static void CheckUse(ApplianceConfig config, UpstreamConfig upstream, string path, ConfigErrors errors)
    {
        for (int i = 0; i < config.Listeners.Length; i++)
        {
            ListenerConfig listener = config.Listeners[i];
            bool uses = listener.Upstream == upstream.Name || listener.Routes.Any(r => r.Upstream == upstream.Name);
            if (!uses || listener.Protocol == TrafficProtocol.Http || !errors.IsSound($"listeners[{i}].protocol")) continue;
            string user = $"listener {Quoted.Form(listener.Name)}, which is {(listener.Protocol == TrafficProtocol.Udp ? "udp" : "tcp")}, uses this upstream";
            if (upstream.Sticky is not null) errors.Add($"{path}.sticky", $"cookies need http, and {user}");
            if (upstream.Balance == BalanceMethod.Hash && upstream.HashKey.Source != HashSource.SourceAddress)
            {
                errors.Add($"{path}.hash.on", $"only `source` goes without http, and {user}");
            }

            if (listener.Protocol != TrafficProtocol.Udp) continue;
            if (upstream.Tls is not null) errors.Add($"{path}.tls", $"TLS needs http or tcp, and {user}");
            if (upstream.ProxyProtocol is not null) errors.Add($"{path}.proxy_protocol", $"the PROXY protocol needs http or tcp, and {user}");
        }
    }
}
