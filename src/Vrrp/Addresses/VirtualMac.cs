namespace Appliance.Vrrp.Addresses;

/// <summary>The MAC addresses that belong to a virtual router (RFC 9568 section 7.3).</summary>
internal static class VirtualMac
{
    /// <summary>48 bits: 00:00:5e:00:01:VRID for IPv4, 00:00:5e:00:02:VRID for IPv6.</summary>
    public static ulong Of(byte routerId, bool ip6) => 0x0000_5e00_0000 | (ip6 ? 0x200ul : 0x100ul) | routerId;

    public static bool IsOne(ulong mac) => (mac & ~0x3fful) == 0x0000_5e00_0000 && (mac & 0x300) is 0x100 or 0x200;
}
