namespace Appliance.Vrrp.Wire;

/// <summary>What an acceptable advert looks like here. Addresses are IPv4 in host byte order.</summary>
internal sealed record VrrpExpectation
{
    public required byte RouterId { get; init; }

    /// <summary>This node's address on the sending interface.</summary>
    public required uint OwnAddress { get; init; }

    /// <summary>The only unicast sender; null: unicast is never accepted.</summary>
    public uint? UnicastPeer { get; init; }

    /// <summary>Index of the interface that adverts must arrive on; 0: not checked (unicast).</summary>
    public int InterfaceIndex { get; init; }
}
