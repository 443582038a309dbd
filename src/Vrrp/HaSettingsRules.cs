using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Appliance.Vrrp.Addresses;

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
            int longest = v.Address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
            if (!AddressNumber.IsHost(v.Address)) errors.Add($"{at}virtual_addresses[{i}]: `{v.Address}` is no host address");
            if (v.PrefixLength < 1 || v.PrefixLength > longest) errors.Add($"{at}virtual_addresses[{i}]: the prefix is 1 to {longest}, not {v.PrefixLength}");
            if (!seen.Add(v.Address)) errors.Add($"{at}virtual_addresses[{i}]: `{v.Address}` is listed twice");
        }
    }

    private static void CheckWitnesses(HaSettings s, ImmutableArray<string>.Builder errors)
    {
        foreach (IPAddress witness in s.Witnesses)
        {
            if (!AddressNumber.IsHost(witness)) errors.Add($"witness: `{witness}` is no host address");
        }
    }

    private static void CheckPeer(HaSettings s, ImmutableArray<string>.Builder errors)
    {
        if (s.Peer is null)
        {
            if (s.Unicast) errors.Add("vrrp.unicast: needs `peer`");
            return;
        }

        CheckHaAddress("peer", s.Peer, errors);
        if (s.Address is null) errors.Add("address: required with `peer`");
        else CheckHaAddress("address", s.Address, errors);
        if (s.Address is not null && s.Address.Equals(s.Peer)) errors.Add("address: must differ from `peer`");
        if (s.Address is not null && s.Address.AddressFamily != s.Peer.AddressFamily) errors.Add("address: must be of the same family as `peer`, IPv4 or IPv6");
        if (s.Unicast) CheckUnicast(s, s.Peer.AddressFamily, errors);
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
        if (s.AddressLifetime < TimeSpan.FromSeconds(2) || s.AddressLifetime > TimeSpan.FromHours(1)) errors.Add("address lifetime: 2s to 1h");
    }

    private static void CheckHaAddress(string key, IPAddress address, ImmutableArray<string>.Builder errors)
    {
        if (address.IsIPv6LinkLocal) errors.Add($"{key}: `{address}` is link-local, which says nothing without its interface; use a global or unique local address");
        else if (!AddressNumber.IsHost(address)) errors.Add($"{key}: `{address}` is no host address");
    }

    /// <summary>IPv4 addresses are advertised over IPv4 and IPv6 ones over IPv6; a group is alive as soon as one of its families is heard.</summary>
    private static void CheckUnicast(HaSettings s, AddressFamily family, ImmutableArray<string>.Builder errors)
    {
        if (s.Groups.IsDefaultOrEmpty) return;
        string name = family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
        foreach (HaGroup group in s.Groups)
        {
            if (group.VirtualAddresses.IsDefaultOrEmpty || group.VirtualAddresses.Any(v => v.Address.AddressFamily == family)) continue;
            errors.Add($"vrrp.unicast: `peer` is {name}, and virtual router {group.VirtualRouterId} has no {name} address to advertise to it; leave `unicast` off or give `peer` in the other family");
        }
    }
}
