namespace Appliance.Vrrp;

/// <summary>A change of role.</summary>
/// <param name="VirtualRouterId">The group it happened in.</param>
/// <param name="From">The role left.</param>
/// <param name="To">The role taken.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="At">Wall clock.</param>
public sealed record HaTransition(byte VirtualRouterId, HaRole From, HaRole To, string Reason, DateTimeOffset At);
