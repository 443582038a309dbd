namespace Appliance.Vrrp.State;

/// <summary>The rules of a Passive node.</summary>
internal static class PassiveRules
{
    public static void OnAdvert(ref ElectionStep step, in ElectionEvent heard)
    {
        ElectionSettings settings = step.Settings;
        if (heard.Priority == 0)
        {
            // With the peer's heartbeats saying Active, a lone priority 0 waits one interval for the word that explains it.
            long grace = step.PeerIsActive && !step.State.Peer.Leaving ? settings.IntervalNs : 0;
            long at = step.NowNs + grace + ElectionTiming.SkewNs(step.Priority, step.State.LanIntervalNs); // RFC 9568 section 6.1: of the adopted interval
            step.State.LanDeadlineNs = Math.Min(step.State.LanDeadlineNs, at);
            return;
        }

        bool preempts = !settings.HasPeer && settings.Preempt && step.NowNs >= step.State.SinceNs + ElectionViews.PreemptDelayNs(settings, step.State, step.NowNs);
        if (preempts && heard.Priority < step.Priority) return;
        step.HearLan(heard.IntervalNs);
    }

    public static void OnHeartbeat(ref ElectionStep step, HaRole roleBefore)
    {
        PeerWord peer = step.State.Peer;
        if (roleBefore == HaRole.Active && peer.Role != HaRole.Active)
        {
            step.BecomeActive(peer.Leaving ? HaReason.PeerLeft : HaReason.PeerYielded);
            return;
        }

        // A priority 0 that the peer's next word does not bear out was not the peer's.
        bool shortened = step.State.LanDeadlineNs - step.NowNs <= step.Settings.IntervalNs + ElectionTiming.SkewNs(step.Priority, step.Settings.IntervalNs);
        if (peer.Role == HaRole.Active && shortened && step.State.LanHeard && step.State.ContradictionNs != ElectionState.Never)
        {
            step.State.ContradictionNs = ElectionState.Never;
            step.Do(ElectionDeeds.CountSpoof);
            step.State.LanDeadlineNs = step.NowNs + step.DownNs(step.State.LanIntervalNs);
        }
    }

    /// <summary>Level-triggered: what follows from how things are now.</summary>
    public static void Evaluate(ref ElectionStep step)
    {
        if (step.NowNs < step.State.LanDeadlineNs)
        {
            step.State.LanSilent = false;
            return;
        }

        if (!step.Settings.HasPeer) step.BecomeActive(HaReason.PeerDead);
        else if (!step.State.PeerAlive) OnBothSilent(ref step);
        else if (step.State.Peer.Role == HaRole.Active) OnLanSilent(ref step);
        else OnNobodyActive(ref step);
    }

    private static void OnBothSilent(ref ElectionStep step)
    {
        if (step.NowNs < step.State.PeerDeadlineNs) return;
        if (step.Evidence != LanEvidence.None)
        {
            step.BecomeActive(step.State.PeerKnown ? HaReason.PeerDead : HaReason.NobodyActive);
            return;
        }

        step.State.LanCut = true;
        step.BecomeOut(HaRole.Unfit, HaReason.LanCut);
    }

    /// <summary>The peer lives and says Active, its adverts do not arrive: whose LAN is cut? The better evidence wins.</summary>
    private static void OnLanSilent(ref ElectionStep step)
    {
        // Only a heartbeat heard since shows that the peer is alive: a dying one falls silent here first.
        if (step.State.Peer.Listening || step.State.PeerHeardNs < step.State.LanDeadlineNs) return;
        LanEvidence own = step.Evidence;
        LanEvidence peers = step.State.Peer.Evidence;
        if (!step.State.LanSilent)
        {
            step.State.LanSilent = true;
            step.Do(ElectionDeeds.SendHeartbeat);
        }

        if (own == LanEvidence.None && peers > own)
        {
            step.State.LanCut = true;
            step.BecomeOut(HaRole.Unfit, HaReason.LanCut);
        }
        else if (own == peers && own != LanEvidence.Proven && step.State.LanHeard)
        {
            step.BecomeActive(HaReason.LanSilent);
        }
    }

    /// <summary>Both alive, none Active: the higher rank first; the other one interval later, should that one fail to.</summary>
    private static void OnNobodyActive(ref ElectionStep step)
    {
        PeerWord peer = step.State.Peer;
        bool asGood = peer.Fit || (peer.Able && ElectionViews.Soft(step.State) != HaReason.None);
        bool defers = asGood && ElectionViews.PeerOutranks(step.Settings, step.State, peer.Priority, peer.LanAddress);
        if (defers && step.NowNs < step.State.LanDeadlineNs + step.Settings.IntervalNs) return;
        step.BecomeActive(HaReason.NobodyActive);
    }
}
