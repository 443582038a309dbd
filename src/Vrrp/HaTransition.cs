namespace Appliance.Vrrp;

/// <summary>A change of role.</summary>
/// <param name="From">The role left.</param>
/// <param name="To">The role taken.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="At">Wall clock.</param>
public sealed record HaTransition(HaRole From, HaRole To, string Reason, DateTimeOffset At);
