using System.Collections.Immutable;
using System.Net;
using Appliance.Vrrp;

namespace Appliance.Configuration;

/// <summary>Checks the `ha` section as a whole.</summary>
internal static class HaValidator
{
    private const int MaximumPairs = 16;
    private const int MaximumLinksOfAPair = 4;

    /// <summary>Notes every mistake.</summary>
    public static void Check(ApplianceConfig config, HaConfig ha, ConfigErrors errors)
    {
        HaGroupValidator.Check(config.Node, ha, errors);
        CheckLink(ha, errors);
        CheckWitnesses(ha, errors);
        CheckBypass(ha.Bypass, errors);
        CheckPairs(ha.Links, errors);
        for (int i = 0; i < ha.TrackedUpstreams.Length; i++)
        {
            string path = $"ha.track.upstreams[{i}]";
            UpstreamValidator.CheckReference(config, path, ha.TrackedUpstreams[i], errors);
            if (ha.TrackedUpstreams.IndexOf(ha.TrackedUpstreams[i]) < i && errors.IsSound(path)) errors.Add(path, "the upstream is already in the list");
        }
    }

    private static void CheckLink(HaConfig ha, ConfigErrors errors)
    {
        if (!errors.IsSound("ha.address") || !errors.IsSound("ha.peer")) return;
        if (ha.Peer is not null && ha.Address is null) errors.Add("ha.address", "the key is required when `peer` is given");
        if (ha.Peer is null && ha.Address is not null) errors.Add("ha.peer", "the key is required when `address` is given");
        if (ha.Peer is not null && ha.Peer.Equals(ha.Address)) errors.Add("ha.peer", "this is the node's own `address`");
        if (ha.Peer is not null && ha.Address is not null && ha.Peer.AddressFamily != ha.Address.AddressFamily)
        {
            errors.Add("ha.peer", "`address` and `peer` are of different kinds; give two IPv4 or two IPv6 addresses");
        }

        foreach ((string path, IPAddress? address) in (ReadOnlySpan<(string, IPAddress?)>)[("ha.address", ha.Address), ("ha.peer", ha.Peer)])
        {
            if (address is { IsIPv6LinkLocal: true }) errors.Add(path, "a link-local address does not say on which link; use a unique local one such as fd00::1");
        }

        if (ha.Peer is null && ha.Vrrp.Unicast && errors.IsSound("ha.vrrp.unicast")) errors.Add("ha.vrrp.unicast", "unicast adverts need `ha.peer`");
    }

    private static void CheckWitnesses(HaConfig ha, ConfigErrors errors)
    {
        for (int i = 0; i < ha.Witnesses.Length; i++)
        {
            string path = $"ha.witness[{i}]";
            if (!errors.IsSound(path)) continue;
            if (ha.Witnesses[i].Equals(ha.Address)) errors.Add(path, "this is the node itself; a witness is another host of the LAN");
            if (ha.VirtualAddresses.Any(v => v.Address.Equals(ha.Witnesses[i]))) errors.Add(path, "a virtual address cannot be a witness");
        }
    }

    private static void CheckBypass(BypassConfig bypass, ConfigErrors errors)
    {
        if (!errors.IsSound("ha.bypass.action") || !errors.IsSound("ha.bypass.command")) return;
        if (bypass is { Action: HaBypassAction.Command, Command: null }) errors.Add("ha.bypass.command", "the key is required when `action` is command");
        if (bypass is { Action: not HaBypassAction.Command, Command: not null })
        {
            errors.Add("ha.bypass.command", $"the key means nothing when `action` is {bypass.Action.ToString().ToLowerInvariant()}");
        }
    }

    private static void CheckPairs(LinkConfig links, ConfigErrors errors)
    {
        const string Path = "ha.link_monitoring.pairs";
        if (links.Pairs.Length > MaximumPairs) errors.Add(Path, $"more than {MaximumPairs} pairs");
        for (int i = 0; i < links.Pairs.Length; i++) CheckPair(links.Pairs[i], $"{Path}[{i}]", errors);
        const string Minimum = "ha.link_monitoring.minimum_active_links";
        if (!errors.IsSound(Path) || !errors.IsSound(Minimum) || !errors.Has(Minimum)) return;
        if (links.Pairs.IsEmpty && links.MinimumActive > 1) errors.Add(Minimum, "there are no `pairs` that could be active");
        else if (!links.Pairs.IsEmpty && links.MinimumActive > links.Pairs.Length)
        {
            errors.Add(Minimum, $"there are only {links.Pairs.Length} `pairs`; this node would never be fit");
        }
    }

    private static void CheckPair(ImmutableArray<string> pair, string path, ConfigErrors errors)
    {
        if (pair.Length > MaximumLinksOfAPair) errors.Add(path, $"more than {MaximumLinksOfAPair} links in one pair");
        for (int i = 0; i < pair.Length; i++)
        {
            if (pair.IndexOf(pair[i]) < i && errors.IsSound($"{path}[{i}]")) errors.Add($"{path}[{i}]", "the link is already in this pair");
        }
    }
}
