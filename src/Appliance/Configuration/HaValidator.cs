using System.Collections.Immutable;
using System.Net;

namespace Appliance.Configuration;

/// <summary>Checks the `ha` section as a whole.</summary>
internal static class HaValidator
{
    /// <summary>An advert stays one small packet; keepalived has the same limit.</summary>
    private const int MaximumVirtualAddresses = 20;

    /// <summary>Notes every mistake.</summary>
    public static void Check(HaConfig ha, ConfigErrors errors)
    {
        CheckLink(ha, errors);
        CheckVirtualAddresses(ha, errors);
        for (int i = 0; i < ha.Witnesses.Length; i++)
        {
            string path = $"ha.witness[{i}]";
            if (!errors.IsSound(path)) continue;
            if (ha.Witnesses[i].Equals(ha.Address)) errors.Add(path, "this is the node itself; a witness is another host of the LAN");
            if (ha.VirtualAddresses.Any(v => v.Address.Equals(ha.Witnesses[i]))) errors.Add(path, "a virtual address cannot be a witness");
        }
    }

    private static void CheckLink(HaConfig ha, ConfigErrors errors)
    {
        if (!errors.IsSound("ha.address") || !errors.IsSound("ha.peer")) return;
        if (ha.Peer is not null && ha.Address is null) errors.Add("ha.address", "the key is required when `peer` is given");
        if (ha.Peer is null && ha.Address is not null) errors.Add("ha.peer", "the key is required when `address` is given");
        if (ha.Peer is not null && ha.Peer.Equals(ha.Address)) errors.Add("ha.peer", "this is the node's own `address`");
        if (ha.Peer is null && ha.Vrrp.Unicast && errors.IsSound("ha.vrrp.unicast")) errors.Add("ha.vrrp.unicast", "unicast adverts need `ha.peer`");
    }

    private static void CheckVirtualAddresses(HaConfig ha, ConfigErrors errors)
    {
        ImmutableArray<VirtualAddressConfig> addresses = ha.VirtualAddresses;
        if (addresses.Length > MaximumVirtualAddresses) errors.Add("ha.virtual_addresses", $"more than {MaximumVirtualAddresses} addresses");
        for (int i = 0; i < addresses.Length; i++)
        {
            string path = $"ha.virtual_addresses[{i}]";
            if (!errors.IsSound(path)) continue;
            IPAddress address = addresses[i].Address;
            int first = addresses.IndexOf(addresses.First(a => a.Address.Equals(address)));
            if (first < i) errors.Add(path, $"the address is already given as ha.virtual_addresses[{first}]");
            if (address.Equals(ha.Address)) errors.Add(path, "this is the node's own `address`; a virtual address belongs to no node");
            if (address.Equals(ha.Peer)) errors.Add(path, "this is the `peer`; a virtual address belongs to no node");
        }
    }
}
