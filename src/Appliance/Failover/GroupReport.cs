using System.Collections.Immutable;

namespace Appliance.Failover;

/// <summary>A virtual router.</summary>
internal sealed record GroupReport
{
    /// <summary>1..255.</summary>
    public required int VirtualRouterId { get; init; }

    /// <summary>starting, passive, active, unfit or bypass.</summary>
    public required string Role { get; init; }

    /// <summary>Why this node has this role in it.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Since when.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>VRRP priority in use, 1..255; 0: not known yet.</summary>
    public int Priority { get; init; }

    /// <summary>What the peer says of itself in this group; empty while it is not heard.</summary>
    public string PeerRole { get; init; } = "";

    /// <summary>As configured.</summary>
    public ImmutableArray<string> VirtualAddresses { get; init; } = [];

    /// <summary>They are on this node now.</summary>
    public bool Held { get; init; }

    /// <summary>Losses of the active role within the window that nobody ordered.</summary>
    public int Flaps { get; init; }

    /// <summary>In bypass: when it ends by itself; null: only by `appliance ha reset`.</summary>
    public DateTimeOffset? BypassUntil { get; init; }
}
