namespace Appliance.Vrrp;

/// <summary>One thing that is watched.</summary>
/// <param name="Name">Stable name: carrier:IFACE, witness, data_plane, standby, primary.</param>
/// <param name="Ok">False: it speaks against this node, or needs the operator's eye.</param>
/// <param name="Detail">One sentence.</param>
public sealed record HaMonitorStatus(string Name, bool Ok, string Detail);
