namespace Appliance.Failover;

/// <summary>How near this node is to bypass.</summary>
/// <param name="Count">Those of the group that has the most.</param>
/// <param name="Maximum">More than this lead to bypass.</param>
/// <param name="Window">How long one counts.</param>
internal sealed record FlapReport(int Count, int Maximum, TimeSpan Window);
