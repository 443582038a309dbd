using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Vrrp;

/// <summary>What makes settings usable. Returns all mistakes at once, each naming its key.</summary>
internal static class HaSettingsRules
{
    /// <summary>Bounds the advert to one small packet; keepalived's limit for a group too.</summary>
    public const int MaximumAddresses = 20;

    /// <summary>More than anybody needs; bounds the work of a beat.</summary>
    public const int MaximumGroups = 16;

    private const int MaximumNodeBytes = 63;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    public static ImmutableArray<string> Check(HaSettings s)
    {
        ImmutableArray<string>.Builder errors = ImmutableArray.CreateBuilder<string>();
        CheckNames(s, errors);
        CheckGroups(s, errors);
        CheckWitnesses(s, errors);
        CheckPeer(s, errors);
        CheckTimes(s, errors);
        return errors.ToImmutable();
    }

    private static void CheckNames(HaSettings s, ImmutableArray<string>.Builder errors)
    {
        int bytes = Encoding.UTF8.GetByteCount(s.Node);
        if (bytes is 0 or > MaximumNodeBytes) errors.Add($"node: 1 to {MaximumNodeBytes} bytes, not {bytes}");
        if (s.Interface.Length is 0 or > 15 || s.Interface.Contains('/')) errors.Add($"interface: `{s.Interface}` is no interface name");
        if (s.Priority is < 1 or > 255) errors.Add("vrrp.priority: 1 to 255, or auto");
    }

    private static void CheckGroups(HaSettings s, ImmutableArray<string>.Builder errors)
    {
        if (s.Groups.IsDefaultOrEmpty || s.Groups.Length > MaximumGroups)
        {
            errors.Add($"groups: 1 to {MaximumGroups}");
            return;
        }

        var seen = new HashSet<IPAddress>();
        for (int i = 0; i < s.Groups.Length; i++)
        {
            HaGroup group = s.Groups[i];
            string at = s.Groups.Length == 1 ? "" : $"groups[{i}].";
            if (group.VirtualRouterId == 0) errors.Add($"{at}virtual_router_id: 1 to 255");
            if (s.Groups.AsSpan()[..i].ToArray().Any(o => o.VirtualRouterId == group.VirtualRouterId)) errors.Add($"{at}virtual_router_id: {group.VirtualRouterId} is another group's already");
            CheckAddresses(group, at, seen, errors);
        }
    }

    private static void CheckAddresses(HaGroup group, string at, HashSet<IPAddress> seen, ImmutableArray<string>.Builder errors)
    {
        if (group.VirtualAddresses.IsDefaultOrEmpty || group.VirtualAddresses.Length > MaximumAddresses)
        {
            errors.Add($"{at}virtual_addresses: 1 to {MaximumAddresses} addresses");
            return;
        }

        for (int i = 0; i < group.VirtualAddresses.Length; i++)
        {
            VirtualAddress v = group.VirtualAddresses[i];
            if (!IsHost(v.Address)) errors.Add($"{at}virtual_addresses[{i}]: `{v.Address}` is no IPv4 host address (IPv6 is not available in this version)");
            if (v.PrefixLength is < 1 or > 32) errors.Add($"{at}virtual_addresses[{i}]: the prefix is 1 to 32, not {v.PrefixLength}");
            if (!seen.Add(v.Address)) errors.Add($"{at}virtual_addresses[{i}]: `{v.Address}` is listed twice");
        }
    }

    private static void CheckWitnesses(HaSettings s, ImmutableArray<string>.Builder errors)
    {
        foreach (IPAddress witness in s.Witnesses)
        {
            if (!IsHost(witness)) errors.Add($"witness: `{witness}` is no IPv4 host address");
        }
    }

    private static void CheckPeer(HaSettings s, ImmutableArray<string>.Builder errors)
    {
        if (s.Peer is null)
        {
            if (s.Unicast) errors.Add("vrrp.unicast: needs `peer`");
            return;
        }

        if (!IsHost(s.Peer)) errors.Add($"peer: `{s.Peer}` is no IPv4 host address (IPv6 is not available in this version)");
        if (s.Address is null) errors.Add("address: required with `peer`");
        else if (!IsHost(s.Address)) errors.Add($"address: `{s.Address}` is no IPv4 host address (IPv6 is not available in this version)");
        else if (s.Address.Equals(s.Peer)) errors.Add("address: must differ from `peer`");
        if (s.Keys.IsDefaultOrEmpty) errors.Add("secret_file: the cluster secret is required with `peer`");
        else if (s.Keys.DistinctBy(k => k.Id).Count() != s.Keys.Length) errors.Add("secret_file: two keys have the same id");
        if (s.Port is < 1 or > 65535) errors.Add("port: 1 to 65535");
    }

    private static void CheckTimes(HaSettings s, ImmutableArray<string>.Builder errors)
    {
        TimeSpan i = s.PeerCheckInterval;
        if (i < Step || i > TimeSpan.FromSeconds(40) || i.Ticks % Step.Ticks != 0) errors.Add("peer_check_interval: 10ms to 40s, a multiple of 10ms");
        if (s.PeerFailureThreshold is < 1 or > 255) errors.Add("peer_failure_threshold: 1 to 255");
        if (s.PeerRecoveryThreshold is < 1 or > 255) errors.Add("peer_recovery_threshold: 1 to 255");
        if (s.PreemptDelay < TimeSpan.Zero || s.PreemptDelay > TimeSpan.FromHours(24)) errors.Add("preempt_delay: 0s to 24h");
        if (s.AddressLifetime < TimeSpan.FromSeconds(1) || s.AddressLifetime > TimeSpan.FromHours(1)) errors.Add("address lifetime: 1s to 1h");
    }

    private static bool IsHost(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetwork) return false;
        Span<byte> b = stackalloc byte[4];
        return address.TryWriteBytes(b, out _) && b[0] is > 0 and < 224;
    }
}
