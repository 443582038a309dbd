using System.Net;

namespace Appliance.Configuration;

/// <summary>An address that belongs to the pair, with the length of its network's prefix. Immutable.</summary>
/// <param name="Address">The address itself, host bits kept.</param>
/// <param name="PrefixLength">Bits of the network part.</param>
internal sealed record VirtualAddressConfig(IPAddress Address, int PrefixLength)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Address}/{PrefixLength}";
}
