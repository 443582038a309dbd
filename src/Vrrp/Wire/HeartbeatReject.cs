namespace Appliance.Vrrp.Wire;

/// <summary>Every reason for which a datagram on the HA port is not believed.</summary>
internal enum HeartbeatReject
{
    None,
    Truncated,
    WrongMagic,
    WrongVersion,
    WrongRouterId,

    /// <summary>Signed with a key that is not in the key file.</summary>
    UnknownKey,
    BadTag,

    /// <summary>One of our own, reflected.</summary>
    OwnDatagram,

    /// <summary>Its node name is this node's, or not the one the session began with.</summary>
    UnknownNode,

    /// <summary>Its sequence does not grow.</summary>
    Replayed,

    /// <summary>Authentic, but does not repeat this start's nonce: an old recording, or the first word of a restarted peer.</summary>
    NotEchoed,

    /// <summary>Authentic, but a field has no meaning.</summary>
    BadContent,
}
