using System.Net;

namespace Appliance.Vrrp;

/// <summary>An address that moves between the nodes.</summary>
/// <param name="Address">IPv4 or IPv6; of IPv6 also link-local ones.</param>
/// <param name="PrefixLength">Bits of the network part, 1 .. 32, or 1 .. 128.</param>
public readonly record struct VirtualAddress(IPAddress Address, int PrefixLength)
{
    /// <summary>ADDRESS/PREFIX, as an operator writes it.</summary>
    public override string ToString() => $"{Address}/{PrefixLength}";
}
