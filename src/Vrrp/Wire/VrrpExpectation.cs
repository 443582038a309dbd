namespace Appliance.Vrrp.Wire;

/// <summary>What an acceptable advert looks like here. Addresses are numbers (IPv4 zero-extended).</summary>
internal sealed record VrrpExpectation
{
    public required byte RouterId { get; init; }

    /// <summary>IPv4 adverts are for this group: IPv4 and IPv6 with one router id are separate virtual routers (RFC 9568 section 1).</summary>
    public bool Ip4 { get; init; } = true;

    /// <summary>IPv6 adverts are for this group.</summary>
    public bool Ip6 { get; init; } = true;

    /// <summary>What this node's IPv4 adverts come from.</summary>
    public required UInt128 OwnAddress { get; init; }

    /// <summary>What its IPv6 adverts come from; 0: it sends none.</summary>
    public UInt128 OwnAddress6 { get; init; }

    /// <summary>The only unicast sender; null: unicast is never accepted.</summary>
    public UInt128? UnicastPeer { get; init; }

    /// <summary>Index of the interface that adverts must arrive on; 0: not checked (unicast).</summary>
    public int InterfaceIndex { get; init; }
}
