namespace Appliance.Vrrp.State;

/// <summary>What can happen to an election.</summary>
internal enum ElectionEventKind
{
    /// <summary>A deadline may have passed.</summary>
    Timer,
    Ready,
    AdvertHeard,
    HeartbeatHeard,

    /// <summary>Payload <see cref="ElectionEvent.On"/>: up.</summary>
    Carrier,

    /// <summary>A witness answered or a third party was heard.</summary>
    EvidenceHeard,

    /// <summary>Payload <see cref="ElectionEvent.On"/>: a witness is known.</summary>
    WitnessKnown,

    /// <summary>Payload <see cref="ElectionEvent.On"/>: stalled.</summary>
    DataPlaneStalled,
    Standby,

    /// <summary>Payload <see cref="ElectionEvent.On"/>: the peer's config may be taken as equal.</summary>
    Handover,
    Stop,
}
