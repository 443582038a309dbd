using System.Collections.Immutable;

namespace Appliance.Failover;

/// <summary>A virtual router.</summary>
/// <param name="VirtualRouterId">1..255.</param>
/// <param name="VirtualAddresses">As configured.</param>
/// <param name="Held">They are on this node now.</param>
internal sealed record GroupReport(int VirtualRouterId, ImmutableArray<string> VirtualAddresses, bool Held);
