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

    /// <summary>Payload <see cref="ElectionEvent.On"/>: fewer active link pairs than the minimum.</summary>
    LinksShort,

    /// <summary>Payload <see cref="ElectionEvent.On"/>: a tracked upstream has no healthy server.</summary>
    UpstreamsShort,

    /// <summary>Payload <see cref="ElectionEvent.On"/>: a whole interval of traffic stayed below the minimum.</summary>
    BandwidthLow,

    /// <summary>The operator: leave Bypass, forget flaps.</summary>
    Reset,

    /// <summary>Payload <see cref="ElectionEvent.On"/>: the peer's config may be taken as equal.</summary>
    Handover,
    Stop,
}
