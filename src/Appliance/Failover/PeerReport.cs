namespace Appliance.Failover;

/// <summary>The other node.</summary>
/// <param name="Node">Its name; empty until heard.</param>
/// <param name="State">reachable, degraded or unreachable.</param>
/// <param name="Role">What it says of itself; empty while it is not heard.</param>
/// <param name="Fit">It could take the role now.</param>
/// <param name="RoundTrip">On the HA port; null: not measured yet.</param>
/// <param name="SameConfig">Its config is ours in all that must agree; null: not known.</param>
/// <param name="SameBundle">Likewise its bundle.</param>
internal sealed record PeerReport(
    string Node, string State, string Role, bool Fit = false, TimeSpan? RoundTrip = null, bool? SameConfig = null, bool? SameBundle = null);
