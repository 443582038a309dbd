namespace Appliance.Vrrp.State;

/// <summary>
/// The rules of a node in Bypass. It stays out until reset or until the hold time is over. With `passthrough` it holds the addresses
/// at priority 1 while nobody better does, so that the kernel can send their traffic past this node's data plane.
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

    /// <summary>Another Active speaks: its adverts restart the timer, and what is held here goes.</summary>
    public static void OnAdvert(ref ElectionStep step, in ElectionEvent heard)
    {
        if (heard.Priority == 0)
        {
            step.State.LanDeadlineNs = Math.Min(step.State.LanDeadlineNs, step.NowNs + ElectionTiming.SkewNs(Priority, step.Settings.IntervalNs));
            return;
        }

        if (heard.Priority > Priority) Release(ref step);
        step.HearLan(heard.IntervalNs);
    }

    /// <summary>Level-triggered: leave, hold, beat or let go.</summary>
    public static void Evaluate(ref ElectionStep step)
    {
        if (step.NowNs >= step.State.BypassUntilNs)
        {
            Leave(ref step, HaReason.BypassOver);
            return;
        }

        if (step.Settings.Bypass != HaBypassAction.Passthrough) return;
        bool blocked = ElectionViews.Hard(step.State) != HaReason.None;
        bool peerServes = step.State.PeerAlive && (step.State.Peer.Fit || step.State.Peer.Role == HaRole.Active);
        if (blocked || peerServes)
        {
            Release(ref step);
        }
        else if (!step.State.BypassHolds)
        {
            // A peer that is alive and unfit has said that it does not serve; one that is not heard must be silent on every path.
            if (!step.State.PeerAlive && (step.NowNs < step.State.LanDeadlineNs || (step.Settings.HasPeer && step.NowNs < step.State.PeerDeadlineNs))) return;
            Hold(ref step);
        }
        else if (step.NowNs >= step.State.AdvertAtNs)
        {
            step.SendAdvert(Priority);
            step.State.AdvertAtNs = Election.NextBeat(step.State.AdvertAtNs, step.NowNs, step.Settings.IntervalNs);
        }
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

    private static bool SomebodyElseServes(in ElectionStep step)
    {
        if (step.Settings.HasPeer) return step.State.PeerAlive && step.State.Peer.Fit;
        return step.State.LanHeard && step.State.Role == HaRole.Passive && step.NowNs < step.State.LanDeadlineNs;
    }
}
