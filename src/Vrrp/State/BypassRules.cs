namespace Appliance.Vrrp.State;

/// <summary>
/// The rules of a node in Bypass. It stays out until reset or until the hold time is over, but only as long as somebody better is
/// there: flaps make a node yield to a fit peer, never to nobody (ha.md section 1). Without one it serves again; with `passthrough`
/// it holds the addresses at priority 1 instead, and the kernel sends their traffic past this node's data plane.
/// </summary>
internal static class BypassRules
{
    /// <summary>Lower than any node that is fit.</summary>
    public const int Priority = 1;

    /// <summary>Enters Bypass where the flaps say so. A node yields only to a fit peer, unless it goes on carrying the traffic past itself.</summary>
    public static void Enter(ref ElectionStep step)
    {
        if (step.State.Stopping || !step.State.Ready || step.State.Role is HaRole.Bypass or HaRole.Starting) return;
        if (ElectionViews.FlapsWithin(step.Settings, step.State, step.NowNs) <= step.Settings.MaximumFlaps) return;
        if (step.Settings.Bypass != HaBypassAction.Passthrough && !SomebodyElseServes(step)) return;
        if (step.State.Role == HaRole.Active) step.LeaveActive(HaRole.Bypass, HaReason.TooManyFlaps, 0);
        else step.BecomeOut(HaRole.Bypass, HaReason.TooManyFlaps);
        step.State.BypassUntilNs = step.Settings.BypassHoldNs > 0 ? step.NowNs + step.Settings.BypassHoldNs : ElectionState.Never;
    }

    /// <summary>Another Active speaks: its adverts restart the timer, and what is held here goes. Of two that hold at priority 1 the address decides.</summary>
    public static void OnAdvert(ref ElectionStep step, in ElectionEvent heard)
    {
        if (heard.Priority == 0)
        {
            if (step.State.BypassHolds) Insist(ref step); // what the other told the hosts last must be corrected
            step.State.LanDeadlineNs = Math.Min(step.State.LanDeadlineNs, step.NowNs + ElectionTiming.SkewNs(Priority, step.Settings.IntervalNs));
            return;
        }

        bool yields = heard.Priority > Priority || heard.Source > step.Settings.LanAddress;
        if (step.State.BypassHolds && !yields)
        {
            Insist(ref step);
            return;
        }

        Release(ref step);
        step.HearLan(heard.IntervalNs);
    }

    /// <summary>The peer let go of what both held: hosts that learnt its address must hear this node's.</summary>
    public static void OnHeartbeat(ref ElectionStep step, bool heldBefore)
    {
        if (step.State.BypassHolds && heldBefore && !step.State.Peer.BypassHolds) Insist(ref step);
    }

    /// <summary>Level-triggered: leave, serve for want of anybody else, hold, beat or let go.</summary>
    public static void Evaluate(ref ElectionStep step)
    {
        if (step.NowNs >= step.State.BypassUntilNs)
        {
            Leave(ref step, HaReason.BypassOver);
            return;
        }

        if (ElectionViews.Hard(step.State) != HaReason.None || PeerServes(step)) Release(ref step);
        else if (step.State.BypassHolds) Beat(ref step);
        else if (!NobodyIsHeard(step)) return;
        else if (step.Settings.Bypass == HaBypassAction.Passthrough) Hold(ref step);
        else step.StandIn();
    }

    /// <summary>Reset, or the hold time is over: flaps are forgotten, or the next one would lead straight back.</summary>
    public static void Leave(ref ElectionStep step, HaReason reason)
    {
        Release(ref step);
        step.State.Flaps = [];
        step.BecomePassive(reason);
    }

    public static void Release(ref ElectionStep step)
    {
        if (!step.State.BypassHolds) return;
        step.State.BypassHolds = false;
        step.State.AdvertAtNs = ElectionState.Never;
        step.Do(ElectionDeeds.DropAddresses | ElectionDeeds.SendHeartbeat);
    }

    private static void Hold(ref ElectionStep step)
    {
        step.State.BypassHolds = true;
        step.State.AdvertAtNs = step.NowNs + step.Settings.IntervalNs;
        step.SendAdvert(Priority);
        step.Do(ElectionDeeds.TakeAddresses | ElectionDeeds.AnnounceSeries | ElectionDeeds.SendHeartbeat);
    }

    private static void Beat(ref ElectionStep step)
    {
        if (step.NowNs < step.State.AdvertAtNs) return;
        step.SendAdvert(Priority);
        step.State.AdvertAtNs = Election.NextBeat(step.State.AdvertAtNs, step.NowNs, step.Settings.IntervalNs);
    }

    private static void Insist(ref ElectionStep step)
    {
        if (step.NowNs - step.Settings.IntervalNs < step.State.ForcedAdvertNs) return;
        step.State.ForcedAdvertNs = step.NowNs;
        step.SendAdvert(Priority);
        step.Do(ElectionDeeds.AnnounceOnce | ElectionDeeds.SendHeartbeat);
    }

    private static bool SomebodyElseServes(in ElectionStep step)
    {
        if (step.Settings.HasPeer) return step.State.PeerAlive && step.State.Peer.Fit;
        return step.State.LanHeard && step.State.Role == HaRole.Passive && step.NowNs < step.State.LanDeadlineNs;
    }

    /// <summary>Of two in Bypass the one of higher rank serves, and the other waits until it does.</summary>
    private static bool PeerServes(in ElectionStep step)
    {
        if (!step.State.PeerAlive) return false;
        PeerWord peer = step.State.Peer;
        if (peer.Fit || peer.Role == HaRole.Active) return true;
        return peer.Role == HaRole.Bypass && peer.Able && ElectionViews.PeerOutranks(step.Settings, step.State, peer.Priority, peer.LanAddress);
    }

    /// <summary>A peer that is alive has said that it does not serve; one that is not heard must be silent on every path.</summary>
    private static bool NobodyIsHeard(in ElectionStep step) =>
        step.State.PeerAlive || (step.NowNs >= step.State.LanDeadlineNs && (!step.Settings.HasPeer || step.NowNs >= step.State.PeerDeadlineNs));
}
