using System.Collections.Immutable;

namespace Appliance.Proxy;

/// <summary>Datagrams of a udp listener since it was opened. Its sessions and bytes are the listener's connections and bytes.</summary>
/// <param name="DatagramsFromClients">Received.</param>
/// <param name="DatagramsToClients">Sent.</param>
/// <param name="Dropped">By <see cref="UdpDropReason"/>.</param>
public sealed record UdpStatus(long DatagramsFromClients, long DatagramsToClients, ImmutableArray<long> Dropped);
