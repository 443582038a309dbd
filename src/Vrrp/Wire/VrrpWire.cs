namespace Appliance.Vrrp.Wire;

/// <summary>Numbers of VRRPv3 over IPv4 (RFC 9568 section 5).</summary>
internal static class VrrpWire
{
    public const byte Protocol = 112;

    /// <summary>Version 3, type 1 (advertisement).</summary>
    public const byte VersionAndType = 0x31;

    public const int HeaderBytes = 8;
    public const int AddressBytes = 4;
    public const int IpHeaderBytes = 20;
    public const byte Ttl = 255;

    /// <summary>224.0.0.18.</summary>
    public const uint Group = 0xe0000012;

    /// <summary>The largest value of the 12-bit interval.</summary>
    public const int MaximumIntervalCs = 4095;

    /// <summary>Largest packet this node sends: 20 addresses.</summary>
    public const int MaximumPacketBytes = IpHeaderBytes + HeaderBytes + 20 * AddressBytes;
}
