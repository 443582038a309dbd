namespace Appliance.Vrrp;

/// <summary>What is known of the other node. Role, Fit and the comparisons are its last authenticated word.</summary>
public sealed record HaPeerStatus
{
    /// <summary>The peer's name; empty until its first heartbeat.</summary>
    public required string Node { get; init; }

    /// <summary>How it is heard now.</summary>
    public required PeerReachability State { get; init; }

    /// <summary>Its role; null while no heartbeat is current.</summary>
    public required HaRole? Role { get; init; }

    /// <summary>It could take the role now.</summary>
    public required bool Fit { get; init; }

    /// <summary>Enough good checks in a row (peer_recovery_threshold).</summary>
    public required bool Trusted { get; init; }

    /// <summary>Last measured round trip on the HA port; null: none yet.</summary>
    public required TimeSpan? RoundTrip { get; init; }

    /// <summary>Its config fingerprint equals ours; null: not known.</summary>
    public required bool? SameConfig { get; init; }

    /// <summary>Its bundle fingerprint equals ours; null: not known.</summary>
    public required bool? SameBundle { get; init; }
}
