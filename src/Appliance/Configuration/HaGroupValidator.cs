using System.Collections.Immutable;
using System.Net;

namespace Appliance.Configuration;

/// <summary>Checks the virtual routers of the pair: who owns which, and that no two share a number or an address.</summary>
internal static class HaGroupValidator
{
    /// <summary>An advert stays one small packet; keepalived has the same limit.</summary>
    private const int MaximumVirtualAddresses = 20;

    private const int MaximumGroups = 16;

    /// <summary>Notes every mistake.</summary>
    /// <param name="node">This node's name.</param>
    /// <param name="ha">The section.</param>
    /// <param name="errors">Where mistakes go.</param>
    public static void Check(string node, HaConfig ha, ConfigErrors errors)
    {
        if (errors.Has("ha.groups"))
        {
            CheckForm(ha, errors);
            CheckOwners(node, ha, errors);
        }
        else
        {
            CheckFlat(ha, errors);
        }

        Dictionary<IPAddress, string> seen = [];
        Dictionary<int, string> routers = [];
        for (int i = 0; i < ha.Groups.Length; i++)
        {
            string path = ha.PathOf(i);
            CheckAddresses(ha, ha.Groups[i].VirtualAddresses, $"{path}.virtual_addresses", seen, errors);
            string router = $"{path}.virtual_router_id";
            if (errors.Has(router) && errors.IsSound(router) && !routers.TryAdd(ha.Groups[i].VirtualRouterId, router))
            {
                errors.Add(router, $"{ha.Groups[i].VirtualRouterId} is already given as {routers[ha.Groups[i].VirtualRouterId]}");
            }
        }
    }

    private static void CheckFlat(HaConfig ha, ConfigErrors errors)
    {
        foreach (string key in HaSection.FlatKeys)
        {
            if (!errors.Has($"ha.{key}")) errors.Add($"ha.{key}", "the key is required (or `groups` instead)");
        }

        const string Addresses = "ha.virtual_addresses";
        if (errors.Has(Addresses) && errors.IsSound(Addresses) && ha.VirtualAddresses.Any() is false)
        {
            errors.Add(Addresses, "the list is empty; it needs at least one entry");
        }

        if (ha.ActiveActive) errors.Add("ha.mode", "active-active needs `groups`: one that this node owns and one that its peer owns");
    }

    private static void CheckForm(HaConfig ha, ConfigErrors errors)
    {
        foreach (string key in HaSection.FlatKeys)
        {
            if (errors.Has($"ha.{key}")) errors.Add($"ha.{key}", "the key means nothing with `groups`, where each group has its own; remove it");
        }

        if (ha.Groups.IsEmpty && errors.IsSound("ha.groups")) errors.Add("ha.groups", "the list is empty; it needs at least one entry");
        if (ha.Groups.Length > MaximumGroups) errors.Add("ha.groups", $"more than {MaximumGroups} groups");
    }

    /// <summary>A pair has two nodes, and the config names only this one: any other name is the peer's.</summary>
    private static void CheckOwners(string node, HaConfig ha, ConfigErrors errors)
    {
        for (int i = 0; i < ha.Groups.Length; i++)
        {
            if (!errors.IsSound($"ha.groups[{i}].owner")) return;
        }

        ImmutableArray<string> others = [.. ha.Groups.Select(group => group.Owner!).Where(owner => owner != node).Distinct()];
        if (others.Length > 1)
        {
            int third = ha.Groups.ToList().FindIndex(group => group.Owner == others[1]);
            errors.Add($"ha.groups[{third}].owner",
                $"this node is {Quoted.Form(node)}; {Quoted.Form(others[0])} and {Quoted.Form(others[1])} cannot both be its peer");
            return;
        }

        bool own = ha.Groups.Any(group => group.Primary);
        if (!ha.Groups.IsEmpty && ha.ActiveActive && !own) errors.Add("ha.groups", $"active-active needs a group owned by this node, {Quoted.Form(node)}");
        if (ha.ActiveActive && own && others.IsEmpty) errors.Add("ha.groups", "active-active needs a group owned by the peer; all are owned by this node");
        if (!ha.ActiveActive && own && !others.IsEmpty)
        {
            errors.Add("ha.groups", "two owners make both nodes active; write `mode: active-active`, or give all groups one owner");
        }

        if (ha.Vrrp.Priority is not null && own && !others.IsEmpty && errors.IsSound("ha.vrrp.priority"))
        {
            errors.Add("ha.vrrp.priority", "with two owners only auto makes sense: each group's owner has 254, the other node 253");
        }
    }

    private static void CheckAddresses(
        HaConfig ha, ImmutableArray<VirtualAddressConfig> addresses, string path, Dictionary<IPAddress, string> seen, ConfigErrors errors)
    {
        if (addresses.Length > MaximumVirtualAddresses) errors.Add(path, $"more than {MaximumVirtualAddresses} addresses");
        for (int i = 0; i < addresses.Length; i++)
        {
            string at = $"{path}[{i}]";
            if (!errors.IsSound(at)) continue;
            IPAddress address = addresses[i].Address;
            if (!seen.TryAdd(address, at)) errors.Add(at, $"the address is already given as {seen[address]}");
            if (address.Equals(ha.Address)) errors.Add(at, "this is the node's own `address`; a virtual address belongs to no node");
            if (address.Equals(ha.Peer)) errors.Add(at, "this is the `peer`; a virtual address belongs to no node");
        }
    }
}
