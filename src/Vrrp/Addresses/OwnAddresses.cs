using System.Collections.Immutable;

namespace Appliance.Vrrp.Addresses;

/// <summary>The addresses that an interface has for itself: where adverts and questions come from.</summary>
/// <param name="Ip4">The first one; 0: none.</param>
/// <param name="LinkLocal">The first IPv6 link-local one; 0: none.</param>
/// <param name="Permanent">Virtual addresses that are there without a lifetime, so not by us.</param>
internal sealed record OwnAddresses(UInt128 Ip4, UInt128 LinkLocal, ImmutableArray<VirtualAddress> Permanent)
{
    /// <param name="there">All addresses of the machine.</param>
    /// <param name="interfaceIndex">The interface.</param>
    /// <param name="virtualAddresses">Of all groups.</param>
    public static OwnAddresses Find(IEnumerable<InterfaceAddress> there, int interfaceIndex, ImmutableArray<VirtualAddress> virtualAddresses)
    {
        (UInt128 ip4, UInt128 linkLocal) = (0, 0);
        var permanent = ImmutableArray.CreateBuilder<VirtualAddress>();
        foreach (InterfaceAddress found in there)
        {
            if (found.InterfaceIndex != interfaceIndex) continue;
            VirtualAddress configured = virtualAddresses.FirstOrDefault(v => AddressNumber.Of(v.Address) == found.Address);
            if (configured.Address is not null)
            {
                if (!found.Finite) permanent.Add(configured);
            }
            else if (!AddressNumber.IsIp6(found.Address))
            {
                if (ip4 == 0) ip4 = found.Address;
            }
            else if (linkLocal == 0 && AddressNumber.IsLinkLocal(found.Address))
            {
                linkLocal = found.Address;
            }
        }

        return new OwnAddresses(ip4, linkLocal, permanent.ToImmutable());
    }
}
