using System.Collections.Immutable;

namespace Appliance.Vrrp;

/// <summary>Totals since start, for metrics.</summary>
public sealed record HaCounters
{
    /// <summary>Adverts sent.</summary>
    public required long AdvertsSent { get; init; }

    /// <summary>Adverts accepted.</summary>
    public required long AdvertsReceived { get; init; }

    /// <summary>Accepted adverts whose checksum covered the pseudo-header.</summary>
    public required long AdvertsWithPseudoHeader { get; init; }

    /// <summary>Adverts refused, by reason (snake_case); every reason is listed.</summary>
    public required ImmutableArray<KeyValuePair<string, long>> AdvertsRefused { get; init; }

    /// <summary>Heartbeats sent.</summary>
    public required long HeartbeatsSent { get; init; }

    /// <summary>Heartbeats accepted.</summary>
    public required long HeartbeatsReceived { get; init; }

    /// <summary>Heartbeats refused, by reason (snake_case); every reason is listed.</summary>
    public required ImmutableArray<KeyValuePair<string, long>> HeartbeatsRefused { get; init; }

    /// <summary>Role changes.</summary>
    public required long Transitions { get; init; }

    /// <summary>Times this node became Active.</summary>
    public required long Takeovers { get; init; }

    /// <summary>Adverts that contradicted the peer's authenticated word, ignored.</summary>
    public required long SpoofedAdverts { get; init; }

    /// <summary>Gratuitous ARP requests sent.</summary>
    public required long Announcements { get; init; }

    /// <summary>Virtual addresses put back after somebody else deleted them.</summary>
    public required long AddressesRepaired { get; init; }

    /// <summary>Packets that could not be sent.</summary>
    public required long SendErrors { get; init; }

    /// <summary>Times this node slept longer than the peer's down interval.</summary>
    public required long Sleeps { get; init; }
}
