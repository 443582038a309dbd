using Appliance.Vrrp;

namespace Appliance.Failover;

/// <summary>The names of product.md section 5, which status, metrics, logs and scripts share.</summary>
internal static class RoleNames
{
    public static string Of(HaRole role) => role switch
    {
        HaRole.Starting => "starting",
        HaRole.Passive => "passive",
        HaRole.Active => "active",
        HaRole.Unfit => "unfit",
        HaRole.Bypass => "bypass",
        _ => "unknown",
    };

    public static string Of(PeerReachability state) => state switch
    {
        PeerReachability.Reachable => "reachable",
        PeerReachability.Degraded => "degraded",
        _ => "unreachable",
    };
}
