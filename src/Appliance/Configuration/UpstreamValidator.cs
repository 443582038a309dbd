using System.Collections.Immutable;
using System.Net;

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

            if (upstream.Servers.Length > 0 && errors.IsSound($"{path}.servers") && upstream.Servers.All(s => s.Backup))
            {
                errors.Add($"{path}.servers", "every server is a backup; at least one must not be");
            }

            if (upstream.Servers.Length > MaximumServers) errors.Add($"{path}.servers", $"more than {MaximumServers} servers");
            CheckServers(config, upstream.Servers, $"{path}.servers", errors);
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
        Dictionary<IPEndPoint, int> addresses = [];
        for (int i = 0; i < servers.Length; i++)
        {
            string at = $"{path}[{i}].address";
            if (!errors.IsSound(at)) continue;
            if (!addresses.TryAdd(servers[i].Address, i)) errors.Add(at, $"the address is already given as servers[{addresses[servers[i].Address]}]");
            ListenerConfig? own = config.Listeners.FirstOrDefault(l => l.Address.Equals(servers[i].Address));
            if (own is not null) errors.Add(at, $"this is the address of listener {Quoted.Form(own.Name)}; the traffic would go round in a circle");
        }
    }
}
