namespace Appliance.Failover;

/// <summary>A change of role, by the names of product.md section 5.</summary>
internal readonly record struct RoleChange(string From, string To, string Reason);
