namespace Appliance.Failover;

/// <summary>A change of role, by the names of product.md section 5.</summary>
/// <param name="From">The role left.</param>
/// <param name="To">The role taken.</param>
/// <param name="Reason">Why.</param>
/// <param name="VirtualRouterId">In which group.</param>
internal readonly record struct RoleChange(string From, string To, string Reason, int VirtualRouterId = 0);
