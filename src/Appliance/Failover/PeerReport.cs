namespace Appliance.Failover;

/// <summary>The other node.</summary>
/// <param name="Node">Its name; empty until heard.</param>
/// <param name="State">reachable, degraded or unreachable.</param>
/// <param name="Role">What it says of itself; empty until heard.</param>
internal sealed record PeerReport(string Node, string State, string Role);
