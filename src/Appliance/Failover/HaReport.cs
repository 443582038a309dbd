using System.Collections.Immutable;
using Appliance.Vrrp;

namespace Appliance.Failover;

/// <summary>The pair as this node sees it, in the words of status and metrics. Immutable.</summary>
internal sealed record HaReport
{
    /// <summary>starting, passive, active, unfit or bypass.</summary>
    public required string Role { get; init; }

    /// <summary>Why the node has this role.</summary>
    public required string Reason { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Null: the peer is a foreign VRRP router.</summary>
    public PeerReport? Peer { get; init; }

    public ImmutableArray<GroupReport> Groups { get; init; } = [];

    public ImmutableArray<MonitorReport> Monitors { get; init; } = [];

    public ImmutableArray<HaFigure> Figures { get; init; } = [];

    /// <summary>Null: not known yet.</summary>
    public FlapReport? Flaps { get; init; }

    /// <summary>Null: in no group.</summary>
    public BypassReport? Bypass { get; init; }

    /// <summary>What an operator should mend, one sentence each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>How late the heartbeat thread woke.</summary>
    public LatenessSummary? Lateness { get; init; }

    /// <summary>Grows while the heartbeat thread moves: it counts each time it wakes.</summary>
    public long Turns => Lateness?.Counts.Sum() ?? 0;

    /// <summary>In at least one group.</summary>
    public bool IsActive => Role == RoleNames.Active;

    /// <summary>In at least one group.</summary>
    public bool IsBypassed => Groups.Any(group => group.Role == RoleNames.Bypass);

    public bool IsStarting => Role == RoleNames.Starting;
}
