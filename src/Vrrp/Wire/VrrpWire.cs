namespace Appliance.Vrrp.Wire;

/// <summary>Numbers of VRRPv3 (RFC 9568 section 5).</summary>
internal static class VrrpWire
{
    public const byte Protocol = 112;

    /// <summary>Version 3, type 1 (advertisement).</summary>
    public const byte VersionAndType = 0x31;

    public const int HeaderBytes = 8;
    public const int AddressBytes = 4;
    public const int AddressBytes6 = 16;
    public const int IpHeaderBytes = 20;
    public const int IpHeaderBytes6 = 40;

    /// <summary>TTL and hop limit: what was routed has less.</summary>
    public const byte Ttl = 255;

    /// <summary>224.0.0.18.</summary>
    public const uint Group = 0xe0000012;

    /// <summary>The largest value of the 12-bit interval.</summary>
    public const int MaximumIntervalCs = 4095;

    /// <summary>Addresses of one family in one advert: 20 configured ones, and the link-local one that leads.</summary>
    public const int MaximumAddresses = 21;

    /// <summary>Largest packet this node sends.</summary>
    public const int MaximumPacketBytes = IpHeaderBytes6 + HeaderBytes + (MaximumAddresses * AddressBytes6);

    /// <summary>ff02::12.</summary>
    public static readonly UInt128 Group6 = new(0xff02_0000_0000_0000, 0x12);
}
