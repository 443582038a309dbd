namespace Appliance.Vrrp.State;

/// <summary>The constants of an election. Addresses are numbers (IPv4 zero-extended), times nanoseconds.</summary>
internal sealed record ElectionSettings
{
    /// <summary>A peer with an HA port is configured; else the RFC's rules stand alone.</summary>
    public required bool HasPeer { get; init; }
    public required bool Primary { get; init; }

    /// <summary>1 .. 255; null: 254 for the primary, 253 for the other.</summary>
    public int? Priority { get; init; }
    public required long IntervalNs { get; init; }
    public required int FailureThreshold { get; init; }
    public required int RecoveryThreshold { get; init; }
    public required bool Preempt { get; init; }
    public long PreemptDelayNs { get; init; }

    /// <summary>How long one sign of the LAN counts.</summary>
    public required long EvidenceWindowNs { get; init; }
    public UInt128 HaAddress { get; init; }
    public UInt128 PeerHaAddress { get; init; }
    public required UInt128 LanAddress { get; init; }

    /// <summary>More flaps than this within the window lead to Bypass.</summary>
    public int MaximumFlaps { get; init; } = 4;
    public long FlapWindowNs { get; init; } = 600_000_000_000;
    public HaBypassAction Bypass { get; init; }

    /// <summary>0: Bypass ends only by the operator's reset.</summary>
    public long BypassHoldNs { get; init; }

    /// <summary>How often an unanswered wish for the role is repeated to the daemon.</summary>
    public long WishRepeatNs { get; init; } = 5_000_000_000;
}
