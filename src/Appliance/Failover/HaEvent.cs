namespace Appliance.Failover;

/// <summary>Something that happened to the pair, as readers of the control socket see it.</summary>
internal sealed record HaEvent
{
    /// <summary>1 for the first of this run.</summary>
    public long Sequence { get; init; }

    /// <summary>Wall clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Stable: ha.role, ha.peer, ha.monitor, ha.bypass, ha.warning, ha.reset.</summary>
    public required string Kind { get; init; }

    /// <summary>One sentence.</summary>
    public required string Text { get; init; }

    /// <summary>ha.role: the group; else 0.</summary>
    public int VirtualRouterId { get; init; }

    /// <summary>ha.role: the role left; ha.peer: the state before; else empty.</summary>
    public string From { get; init; } = "";

    /// <summary>ha.role: the role taken; ha.peer: the state now; ha.monitor: ok or failed; ha.bypass: on or off; else empty.</summary>
    public string To { get; init; } = "";

    /// <summary>ha.role: why; ha.monitor: its name; else empty.</summary>
    public string Subject { get; init; } = "";
}
