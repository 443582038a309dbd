namespace Appliance.Vrrp.Wire;

/// <summary>A good advert. Addresses points into the packet that was read.</summary>
internal readonly ref struct VrrpAdvert
{
    public byte RouterId { get; init; }

    /// <summary>0 (leaving) .. 255 (owner).</summary>
    public byte Priority { get; init; }

    /// <summary>1 .. 4095 hundredths of a second.</summary>
    public int IntervalCs { get; init; }

    /// <summary>Sender and destination, IPv4 in host byte order.</summary>
    public uint Source { get; init; }
    public uint Destination { get; init; }

    /// <summary>Four bytes per address, network order.</summary>
    public ReadOnlySpan<byte> Addresses { get; init; }

    /// <summary>Which reading of the checksum fitted.</summary>
    public VrrpChecksum Checksum { get; init; }

    public long IntervalNs => IntervalCs * 10_000_000L;
}
