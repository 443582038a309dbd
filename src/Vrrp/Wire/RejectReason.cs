namespace Appliance.Vrrp.Wire;

/// <summary>Every reason for which an advert is refused. Feeds counter, log and test alike; a refused advert changes nothing.</summary>
internal enum RejectReason
{
    None,

    /// <summary>No whole IP header, or its lengths do not fit the packet.</summary>
    BadIpHeader,

    /// <summary>Not protocol 112.</summary>
    WrongProtocol,

    /// <summary>Multicast with a TTL or hop limit other than 255: it came through a router.</summary>
    TtlNot255,

    /// <summary>Shorter than 8 bytes, or than its address count says.</summary>
    Truncated,
    WrongVersion,
    WrongType,
    BadChecksum,
    UnknownRouterId,
    NoAddresses,
    ZeroInterval,

    /// <summary>Arrived on another interface.</summary>
    WrongInterface,

    /// <summary>Sent by this node.</summary>
    OwnPacket,

    /// <summary>Unicast from an address that is not the peer's.</summary>
    UnknownSource,

    /// <summary>IPv6, and the first address is not link-local.</summary>
    FirstNotLinkLocal,
}
