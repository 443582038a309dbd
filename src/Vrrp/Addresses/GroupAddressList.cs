using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Vrrp.Addresses;

/// <summary>The addresses that a group really has: those configured, and with IPv6 a link-local one that leads them.</summary>
internal static class GroupAddressList
{
    /// <summary>
    /// IPv4 in configured order, then IPv6 with the first link-local address in front; where none is listed, the one that follows from the
    /// virtual router's MAC (RFC 9568 section 5.2.9: the first IPv6 address is link-local).
    /// </summary>
    public static ImmutableArray<VirtualAddress> Of(HaGroup group)
    {
        VirtualAddress[] ip4 = [.. group.VirtualAddresses.Where(v => v.Address.AddressFamily == AddressFamily.InterNetwork)];
        VirtualAddress[] ip6 = [.. group.VirtualAddresses.Where(v => v.Address.AddressFamily == AddressFamily.InterNetworkV6)];
        if (ip6.Length == 0) return [.. ip4];
        int first = Array.FindIndex(ip6, v => v.Address.IsIPv6LinkLocal);
        VirtualAddress leader = first >= 0 ? ip6[first] : Derived(group.VirtualRouterId);
        return [.. ip4, leader, .. ip6.Where((_, i) => i != first)];
    }

    private static VirtualAddress Derived(byte routerId) =>
        new(IPAddress.Parse(AddressNumber.Text(AddressNumber.VirtualLinkLocal(routerId))), AddressNumber.LinkLocalPrefix);
}
