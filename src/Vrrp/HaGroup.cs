using System.Collections.Immutable;

namespace Appliance.Vrrp;

/// <summary>One virtual router: addresses that move together.</summary>
public sealed record HaGroup
{
    /// <summary>VRID, 1 .. 255, unique on the LAN. IPv4 and IPv6 adverts carry the same one.</summary>
    public required byte VirtualRouterId { get; init; }

    /// <summary>This node is preferred when both are fit; true on exactly one of the pair.</summary>
    public bool Primary { get; init; }

    /// <summary>1 .. 20 addresses of either family, sent in this order.</summary>
    public required ImmutableArray<VirtualAddress> VirtualAddresses { get; init; }
}
