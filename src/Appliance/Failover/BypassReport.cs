namespace Appliance.Failover;

/// <summary>This node is in bypass, in at least one group.</summary>
/// <param name="Action">standby, passthrough or command.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When it ends by itself; null: by `appliance ha reset`.</param>
/// <param name="Detail">What has been done, or why it failed.</param>
internal sealed record BypassReport(string Action, DateTimeOffset Since, DateTimeOffset? Until, string Detail);
