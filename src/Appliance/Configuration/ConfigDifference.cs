using System.Collections.Immutable;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>What a reload would change. Immutable.</summary>
/// <param name="Changed">Names of the sections and keys that differ.</param>
/// <param name="NeedRestart">Those among them that only a restart can apply; a reload with one of them is refused as a whole.</param>
internal sealed record ConfigDifference(ImmutableArray<string> Changed, ImmutableArray<string> NeedRestart)
{
    /// <summary>
    /// Fixed while the daemon runs: the name is in every heartbeat, the election must not be altered under the peer's eyes, the admin
    /// address carries the probes, and the counters' memory is pinned at start.
    /// </summary>
    private static readonly ImmutableArray<string> Fixed = ["node", "ha", "admin.address", "policies.table"];

    /// <summary>True when nothing differs.</summary>
    public bool IsEmpty => Changed.IsEmpty;

    /// <summary>Compares the running configuration with a new one.</summary>
    public static ConfigDifference Between(ApplianceConfig running, ApplianceConfig next)
    {
        ImmutableArray<string> changed =
        [
            .. Parts(running).Zip(Parts(next))
                .Where(pair => !CanonicalConfig.Bytes(pair.First.Write).SequenceEqual(CanonicalConfig.Bytes(pair.Second.Write)))
                .Select(pair => pair.First.Name)
                .Distinct(),
        ];
        return new(changed, [.. changed.Where(Fixed.Contains)]);
    }

    private static ImmutableArray<(string Name, Action<Utf8JsonWriter> Write)> Parts(ApplianceConfig config) =>
    [
        ("node", w => w.WriteStringValue(config.Node)),
        ("ha", w => CanonicalConfig.WriteVirtualAddresses(w, config.Ha)),
        ("ha", w => CanonicalConfig.WriteHaOfNode(w, config.Ha)),
        ("listeners", w => CanonicalTraffic.WriteListeners(w, config)),
        ("upstreams", w => CanonicalTraffic.WriteUpstreams(w, config)),
        ("files", w => CanonicalTraffic.WriteFiles(w, config)),
        ("policies.file", w => w.WriteStringValue(config.Policies?.File)),
        ("policies.table", w => w.WriteStringValue($"{config.Policies?.Table.MemoryBytes}")),
        ("policies.compatibility", w => w.WriteStringValue($"{config.Policies?.Compatibility}")),
        ("policies.public_key_file", w => w.WriteStringValue(config.Policies?.PublicKeyFile)),
        ("policies.instance_share", w => w.WriteStringValue($"{config.Policies?.InstanceShare}")),
        ("policies.on_table_full", w => w.WriteStringValue($"{config.Policies?.IsClosedWhenTableFull}")),
        ("policies.debug_secret_file", w => w.WriteStringValue(config.Policies?.DebugSecretFile)),
        ("policies.jwt", w => w.WriteStringValue($"{config.Policies?.Jwt} {string.Join(' ', config.Policies?.Jwt?.Keys ?? [])}")),
        ("policies.keys", w => w.WriteStringValue(string.Join(' ', config.Policies?.KeyPrints ?? []))),
        ("policies.ip_lists", w => w.WriteStringValue($"{config.Policies?.IpLists}")),
        ("policies.max_delayed", w => w.WriteStringValue($"{config.Policies?.MaximumDelayed}")),
        ("admin.address", w => w.WriteStringValue(config.Admin.Address.ToString())),
        ("admin.trusted_proxies", w => w.WriteStringValue(string.Join(' ', config.Admin.TrustedProxies))),
        ("log", w => w.WriteStringValue($"{config.Log.Level} {config.Log.Access}")),
        ("drain_timeout", w => w.WriteStringValue(config.DrainTimeout.ToString())),
        ("memory_limit", w => w.WriteStringValue($"{config.MemoryLimit}")),
    ];
}
