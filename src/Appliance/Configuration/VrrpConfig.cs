namespace Appliance.Configuration;

/// <summary>The `ha.vrrp` section. Immutable.</summary>
internal sealed record VrrpConfig
{
    /// <summary>Adverts go to the peer's LAN address instead of the multicast group.</summary>
    public required bool Unicast { get; init; }

    /// <summary>1..254; null (`auto`): 254 for the primary, 253 for the other node; not with groups of two owners.</summary>
    public required int? Priority { get; init; }

    /// <summary>The virtual addresses live behind the virtual router's own MAC address.</summary>
    public required bool VirtualMac { get; init; }

    /// <summary>What an IPv4 advert's checksum covers when sending; both forms are accepted on receipt.</summary>
    public required ChecksumForm Checksum { get; init; }
}
