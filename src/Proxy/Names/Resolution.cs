using System.Collections.Immutable;
using System.Net;

namespace Appliance.Proxy.Names;

/// <summary>What is known about a name after asking.</summary>
/// <param name="V4">Its IPv4 addresses; default: could not be found out.</param>
/// <param name="V6">Its IPv6 addresses; default: could not be found out.</param>
/// <param name="Ttl">When to ask again.</param>
/// <param name="Failure">Why there is no address; null: there is one.</param>
internal sealed record Resolution(ImmutableArray<IPAddress> V4, ImmutableArray<IPAddress> V6, TimeSpan Ttl, string? Failure)
{
    /// <summary>All addresses; those of a family that could not be asked about stay as they were.</summary>
    internal ImmutableArray<IPAddress> Merge(ImmutableArray<IPAddress> before)
    {
        ImmutableArray<IPAddress> Old(System.Net.Sockets.AddressFamily family) => [.. before.Where(address => address.AddressFamily == family)];
        return
        [
            .. V4.IsDefault ? Old(System.Net.Sockets.AddressFamily.InterNetwork) : V4,
            .. V6.IsDefault ? Old(System.Net.Sockets.AddressFamily.InterNetworkV6) : V6,
        ];
    }
}
