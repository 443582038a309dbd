using System.Collections.Immutable;

namespace Appliance.Vrrp;

/// <summary>One virtual router as this node sees it; a copy.</summary>
public sealed record HaGroupStatus
{
    /// <summary>1 .. 255.</summary>
    public required byte VirtualRouterId { get; init; }

    /// <summary>This node's role in it.</summary>
    public required HaRole Role { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>Since when, wall clock.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The priority in use, 1 .. 255.</summary>
    public required int Priority { get; init; }

    /// <summary>The peer's role in it; null while no heartbeat is current.</summary>
    public HaRole? PeerRole { get; init; }

    /// <summary>As configured.</summary>
    public required ImmutableArray<VirtualAddress> VirtualAddresses { get; init; }

    /// <summary>They are on this node now.</summary>
    public required bool Held { get; init; }

    /// <summary>Losses of the active role that nobody ordered, within the flap window.</summary>
    public int Flaps { get; init; }

    /// <summary>When this node leaves Bypass by itself, wall clock; null: not in Bypass, or only by <see cref="HaNode.Reset"/>.</summary>
    public DateTimeOffset? BypassUntil { get; init; }
}
