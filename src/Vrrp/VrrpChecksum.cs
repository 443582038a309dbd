namespace Appliance.Vrrp;

/// <summary>What an IPv4 advertisement's checksum covers when this node sends; on receipt both readings are accepted.</summary>
public enum VrrpChecksum
{
    /// <summary>Message and pseudo-header: what keepalived, FRR and Wireshark expect.</summary>
    PseudoHeader,

    /// <summary>The message alone (RFC 9568 section 5.2.8, IPv4).</summary>
    Rfc9568,
}
