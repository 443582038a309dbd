using System.Collections.Immutable;

namespace Appliance.Vrrp;

/// <summary>What <see cref="HaNode.Cleanup"/> did.</summary>
/// <param name="Removed">Leftover addresses that were removed.</param>
/// <param name="SaidLeaving">An advert of priority 0 went out.</param>
public sealed record CleanupResult(ImmutableArray<VirtualAddress> Removed, bool SaidLeaving);
