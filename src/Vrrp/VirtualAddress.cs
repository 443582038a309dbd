using System.Net;

namespace Appliance.Vrrp;

/// <summary>An address that moves between the nodes.</summary>
/// <param name="Address">The address; IPv4 in this version.</param>
/// <param name="PrefixLength">Bits of the network part, 1 .. 32.</param>
public readonly record struct VirtualAddress(IPAddress Address, int PrefixLength)
{
    /// <summary>ADDRESS/PREFIX, as an operator writes it.</summary>
    public override string ToString() => $"{Address}/{PrefixLength}";
}
