namespace Appliance.Failover;

/// <summary>One of the things that make a node fit or unfit.</summary>
internal sealed record MonitorReport(string Name, bool Ok, string Detail);
