namespace Appliance.Vrrp.Wire;

/// <summary>A good advert. Addresses points into the packet that was read.</summary>
internal readonly ref struct VrrpAdvert
{
    /// <summary>IPv6 carries it, and IPv6 addresses are in it.</summary>
    public bool Ip6 { get; init; }

    public byte RouterId { get; init; }

    /// <summary>0 (leaving) .. 255 (owner).</summary>
    public byte Priority { get; init; }

    /// <summary>1 .. 4095 hundredths of a second.</summary>
    public int IntervalCs { get; init; }

    /// <summary>Sender and destination as numbers (IPv4 zero-extended).</summary>
    public UInt128 Source { get; init; }
    public UInt128 Destination { get; init; }

    /// <summary>Four or sixteen bytes per address, network order.</summary>
    public ReadOnlySpan<byte> Addresses { get; init; }

    /// <summary>Which reading of the checksum fitted; IPv6 knows only one.</summary>
    public VrrpChecksum Checksum { get; init; }

    public int AddressBytes => Ip6 ? VrrpWire.AddressBytes6 : VrrpWire.AddressBytes;

    public long IntervalNs => IntervalCs * 10_000_000L;
}
