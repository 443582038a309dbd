using System.Collections.Immutable;

namespace Appliance.Vrrp;

/// <summary>One node's view of the pair; a copy.</summary>
public sealed record HaStatus
{
    /// <summary>This node's role.</summary>
    public required HaRole Role { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>Since when, wall clock.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The priority in use, 1 .. 255.</summary>
    public required int Priority { get; init; }

    /// <summary>Each virtual router; the values above are those of the first one that is Active, else of the first.</summary>
    public ImmutableArray<HaGroupStatus> Groups { get; init; } = [];

    /// <summary>The peer; null when none is configured.</summary>
    public required HaPeerStatus? Peer { get; init; }

    /// <summary>All monitors.</summary>
    public required ImmutableArray<HaMonitorStatus> Monitors { get; init; }

    /// <summary>The virtual addresses this node holds now.</summary>
    public required ImmutableArray<VirtualAddress> AddressesHeld { get; init; }

    /// <summary>Totals.</summary>
    public required HaCounters Counters { get; init; }

    /// <summary>How late the heartbeat ran.</summary>
    public required LatenessSummary Lateness { get; init; }
}
