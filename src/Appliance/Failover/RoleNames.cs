using Appliance.Vrrp;

namespace Appliance.Failover;

/// <summary>The names of product.md section 5, which status, metrics, logs and scripts share.</summary>
internal static class RoleNames
{
    public const string Starting = "starting";
    public const string Active = "active";
    public const string Bypass = "bypass";

    public static string Of(HaRole role) => role switch
    {
        HaRole.Starting => Starting,
        HaRole.Passive => "passive",
        HaRole.Active => Active,
        HaRole.Unfit => "unfit",
        HaRole.Bypass => Bypass,
        _ => "unknown",
    };

    public static string Of(PeerReachability state) => state switch
    {
        PeerReachability.Reachable => "reachable",
        PeerReachability.Degraded => "degraded",
        _ => "unreachable",
    };

    public static string Of(HaBypassAction action) => action switch
    {
        HaBypassAction.Passthrough => "passthrough",
        HaBypassAction.Command => "command",
        _ => "standby",
    };
}
