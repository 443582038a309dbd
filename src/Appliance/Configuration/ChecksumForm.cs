namespace Appliance.Configuration;

/// <summary>What the checksum of an IPv4 advert covers.</summary>
internal enum ChecksumForm
{
    /// <summary>The advert and a pseudo-header, as keepalived, FRR and Wireshark do.</summary>
    PseudoHeader,

    /// <summary>The advert alone, as RFC 9568 section 5.2.8 says.</summary>
    Rfc9568,
}
