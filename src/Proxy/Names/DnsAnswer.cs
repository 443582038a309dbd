using System.Collections.Immutable;
using System.Net;

namespace Appliance.Proxy.Names;

/// <summary>An answer, read.</summary>
/// <param name="Status">What it says.</param>
/// <param name="Addresses">Sorted, without doubles; empty unless Found.</param>
/// <param name="TtlSeconds">The smallest time to live on the way from the name to the addresses.</param>
internal readonly record struct DnsAnswer(DnsStatus Status, ImmutableArray<IPAddress> Addresses, uint TtlSeconds)
{
    internal static DnsAnswer Of(DnsStatus status) => new(status, [], 0);
}
