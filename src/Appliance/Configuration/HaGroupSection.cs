namespace Appliance.Configuration;

/// <summary>The keys of an entry of `ha.groups`; the flat keys of `ha` are the same.</summary>
internal static class HaGroupSection
{
    /// <summary>The flat key of `ha`; required there only without `groups`, which the validator sees to.</summary>
    public static readonly ValueKey<int> FlatVirtualRouterId = VirtualRouterIdKey(required: false);

    /// <summary>The flat key of `ha`; as above.</summary>
    public static readonly ListKey<VirtualAddressConfig> FlatVirtualAddresses = VirtualAddressesKey(required: false);

    private static readonly ValueKey<int> VirtualRouterId = VirtualRouterIdKey(required: true);
    private static readonly ListKey<VirtualAddressConfig> VirtualAddresses = VirtualAddressesKey(required: true);
    private static readonly ValueKey<string> Owner = new("owner", Kinds.Name, null,
        "Name of the node that is preferred when both are fit: this node's or its peer's.")
    { Required = true };

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([VirtualRouterId, Owner, VirtualAddresses], []);

    /// <summary>Reads an entry.</summary>
    /// <param name="reader">Its keys.</param>
    /// <param name="node">This node's name.</param>
    public static HaGroupConfig Read(SectionReader reader, string node)
    {
        string owner = reader.Get(Owner);
        return new HaGroupConfig
        {
            VirtualRouterId = reader.Get(VirtualRouterId),
            Owner = owner,
            Primary = owner == node,
            VirtualAddresses = reader.Get(VirtualAddresses),
        };
    }

    private static ValueKey<int> VirtualRouterIdKey(bool required) => new("virtual_router_id", new IntegerKind(1, 255), null,
        "VRRP virtual router id, 1 to 255; equal on both nodes, unique in the network.")
    { Required = required };

    private static ListKey<VirtualAddressConfig> VirtualAddressesKey(bool required) => new("virtual_addresses", new VirtualAddressKind(), [],
        "Addresses that move with the active role, each with its prefix length; IPv4 and IPv6.")
    {
        Required = required,
        Alternative = true,
        SectionItem = "an interface per virtual address is not available in this version; write ADDRESS/LENGTH",
    };
}
