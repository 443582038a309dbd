using System.Collections.Immutable;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>What a group's adverts of one family carry.</summary>
/// <param name="Ip6">The family.</param>
/// <param name="Source">The LAN address (IPv6: link-local), or with unicast the HA address.</param>
/// <param name="Destination">The multicast group, or the peer.</param>
/// <param name="Addresses">Virtual addresses, four or sixteen bytes each, network order.</param>
internal sealed record AdvertPlan(bool Ip6, UInt128 Source, UInt128 Destination, byte[] Addresses)
{
    /// <summary>
    /// One for each family that the group has addresses of, IPv4 first. With unicast only that of the peer: it is enough, since the addresses
    /// of a group move together.
    /// </summary>
    public static ImmutableArray<AdvertPlan> For(HaSettings settings, ImmutableArray<VirtualAddress> addresses, OwnAddresses own)
    {
        var plans = ImmutableArray.CreateBuilder<AdvertPlan>();
        foreach (bool ip6 in (ReadOnlySpan<bool>)[false, true])
        {
            UInt128[] numbers = [.. addresses.Select(v => AddressNumber.Of(v.Address)).Where(number => AddressNumber.IsIp6(number) == ip6)];
            if (numbers.Length == 0) continue;
            if (!settings.Unicast)
            {
                plans.Add(new AdvertPlan(ip6, ip6 ? own.LinkLocal : own.Ip4, ip6 ? VrrpWire.Group6 : VrrpWire.Group, Bytes(numbers)));
            }
            else if (settings is { Address: { } address, Peer: { } peer } && AddressNumber.IsIp6(AddressNumber.Of(peer)) == ip6)
            {
                plans.Add(new AdvertPlan(ip6, AddressNumber.Of(address), AddressNumber.Of(peer), Bytes(numbers)));
            }
        }

        return plans.ToImmutable();
    }

    private static byte[] Bytes(UInt128[] numbers)
    {
        byte[] bytes = new byte[numbers.Length * AddressNumber.Ip6Bytes];
        int length = 0;
        foreach (UInt128 number in numbers) length += AddressNumber.Write(bytes.AsSpan(length), number);
        return bytes[..length];
    }
}
