using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>Addresses that move together. Immutable.</summary>
internal sealed record HaGroupConfig
{
    /// <summary>1..255; equal on both nodes, unique in the network.</summary>
    public required int VirtualRouterId { get; init; }

    /// <summary>Name of the node that is preferred; null with the flat keys, where `primary` says so.</summary>
    public required string? Owner { get; init; }

    /// <summary>This node is preferred when both are fit; so on exactly one of the pair.</summary>
    public required bool Primary { get; init; }

    /// <summary>In the order they are advertised; at least one.</summary>
    public required ImmutableArray<VirtualAddressConfig> VirtualAddresses { get; init; }
}
