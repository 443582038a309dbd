namespace Appliance.Vrrp.State;

/// <summary>Reasons in an operator's words.</summary>
internal static class HaReasonText
{
    public static string Text(this HaReason reason) => reason switch
    {
        HaReason.WaitingForListeners => "waiting until the listeners are bound",
        HaReason.WaitingForNews => "ready, waiting for news of the peer",
        HaReason.NobodyActive => "nobody was active",
        HaReason.PeerDead => "the peer is silent on every path",
        HaReason.PeerLeft => "the peer left",
        HaReason.PeerYielded => "the peer gave the role",
        HaReason.LanSilent => "the peer's adverts do not arrive and neither node has better evidence of the LAN",
        HaReason.Owner => "owner of the address (priority 255)",
        HaReason.Outranked => "another active node has the higher rank",
        HaReason.PeerTookOverWhileAsleep => "this node slept and another took over",
        HaReason.HandedOver => "the role was handed to the peer",
        HaReason.Standby => "standby, by the operator",
        HaReason.DataPlaneStalled => "the data plane does not move",
        HaReason.CarrierLost => "the link is down",
        HaReason.LanCut => "the LAN is cut off: no witness answers here",
        HaReason.Stopping => "stopping",
        HaReason.FitAgain => "fit again",
        HaReason.LinksDown => "fewer active link pairs than ha.link_monitoring.minimum_active_links",
        HaReason.Upstreams => "a tracked upstream has no healthy server",
        HaReason.Bandwidth => "received less than ha.bandwidth_monitoring.minimum",
        HaReason.TooManyFlaps => "more flaps than ha.maximum_flaps; `appliance ha reset` ends it",
        HaReason.Reset => "reset by the operator",
        HaReason.BypassOver => "the hold time of ha.bypass is over",
        _ => "unknown",
    };
}
