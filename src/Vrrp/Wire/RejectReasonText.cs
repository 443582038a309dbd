namespace Appliance.Vrrp.Wire;

/// <summary>Label values of the metrics.</summary>
internal static class RejectReasonText
{
    public static string Label(this RejectReason reason) => reason switch
    {
        RejectReason.BadIpHeader => "bad_ip_header",
        RejectReason.WrongProtocol => "wrong_protocol",
        RejectReason.TtlNot255 => "ttl_not_255",
        RejectReason.Truncated => "truncated",
        RejectReason.WrongVersion => "wrong_version",
        RejectReason.WrongType => "wrong_type",
        RejectReason.BadChecksum => "bad_checksum",
        RejectReason.UnknownRouterId => "unknown_router_id",
        RejectReason.NoAddresses => "no_addresses",
        RejectReason.ZeroInterval => "zero_interval",
        RejectReason.WrongInterface => "wrong_interface",
        RejectReason.OwnPacket => "own_packet",
        RejectReason.UnknownSource => "unknown_source",
        RejectReason.FirstNotLinkLocal => "first_not_link_local",
        _ => "none",
    };

    public static string Label(this HeartbeatReject reason) => reason switch
    {
        HeartbeatReject.Truncated => "truncated",
        HeartbeatReject.WrongMagic => "wrong_magic",
        HeartbeatReject.WrongVersion => "wrong_version",
        HeartbeatReject.WrongRouterId => "wrong_router_id",
        HeartbeatReject.UnknownKey => "unknown_key",
        HeartbeatReject.BadTag => "bad_tag",
        HeartbeatReject.OwnDatagram => "own_datagram",
        HeartbeatReject.UnknownNode => "unknown_node",
        HeartbeatReject.Replayed => "replayed",
        HeartbeatReject.NotEchoed => "not_echoed",
        HeartbeatReject.BadContent => "bad_content",
        _ => "none",
    };
}
