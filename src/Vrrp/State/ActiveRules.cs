namespace Appliance.Vrrp.State;

/// <summary>The rules of an Active node.</summary>
internal static class ActiveRules
{
    public static void OnAdvert(ref ElectionStep step, in ElectionEvent heard)
    {
        if (heard.Priority == 0)
        {
            // The other one steps down: what it told the hosts last must be corrected.
            step.InsistOnBeingActive(dual: false);
        }
        else if (step.State.Listening)
        {
            StepDown(ref step, HaReason.PeerTookOverWhileAsleep, heard.Priority);
        }
        else if (ElectionViews.PeerOutranks(step.Settings, step.State, heard.Priority, heard.Source))
        {
            StepDown(ref step, HaReason.Outranked, heard.Priority);
        }
        else
        {
            step.InsistOnBeingActive(dual: true);
        }
    }

    public static void OnHeartbeat(ref ElectionStep step, HaRole roleBefore)
    {
        PeerWord peer = step.State.Peer;
        if (peer.Role == HaRole.Active && !peer.Listening)
        {
            if (step.State.Listening) StepDown(ref step, HaReason.PeerTookOverWhileAsleep, peer.Priority);
            else if (ElectionViews.PeerOutranks(step.Settings, step.State, peer.Priority, peer.LanAddress)) StepDown(ref step, HaReason.Outranked, peer.Priority);
            else step.InsistOnBeingActive(dual: true);
            return;
        }

        if (peer.Role != HaRole.Active)
        {
            step.State.SilenceTakeover = false;

            // It was Active just now, or may have been while it was not heard, and its last advert may be lost: hosts that
            // learnt its address must hear this node's.
            if (roleBefore is HaRole.Active or default(HaRole)) step.InsistOnBeingActive(dual: false);
        }

        if (peer.LanSilent && peer.Fit && step.Evidence < peer.Evidence) YieldTheLan(ref step);
        else if (peer.WantsRole && step.State.PeerTrusted && step.NowNs - step.Settings.WishRepeatNs >= step.State.AskedNs)
        {
            step.State.AskedNs = step.NowNs;
            step.Do(ElectionDeeds.AskForHandover);
        }
    }

    public static void OnHandover(ref ElectionStep step, bool configAccepted)
    {
        step.Actions.Refusal = Refuse(step.Settings, step.State, configAccepted);
        if (step.Actions.Refusal != HandoverRefusal.None) return;
        bool wished = step.State.Peer.WantsRole;
        step.LeaveActive(HaRole.Passive, HaReason.HandedOver, 0);
        step.State.PreemptHeld = !wished;
    }

    /// <summary>Adverts, repeated announcements, and the end of listening after a sleep.</summary>
    public static void OnTimer(ref ElectionStep step)
    {
        if (step.State.Listening)
        {
            if (step.NowNs < step.State.ListenUntilNs) return;
            step.State.ListenUntilNs = ElectionState.Never;
            step.State.AdvertAtNs = step.NowNs;
            step.Do(ElectionDeeds.TakeAddresses | ElectionDeeds.AnnounceSeries | ElectionDeeds.SendHeartbeat);
        }

        if (step.NowNs >= step.State.AdvertAtNs)
        {
            step.SendAdvert(step.Priority);
            step.State.AdvertAtNs = Election.NextBeat(step.State.AdvertAtNs, step.NowNs, step.Settings.IntervalNs);
        }

        if (step.NowNs >= step.State.FirstAgainNs)
        {
            step.State.FirstAgainNs = ElectionState.Never;
            step.Do(ElectionDeeds.AnnounceOnce);
        }

        if (step.NowNs >= step.State.SecondAgainNs)
        {
            step.State.SecondAgainNs = ElectionState.Never;
            step.Do(ElectionDeeds.AnnounceOnce);
        }
    }

    public static HandoverRefusal Refuse(ElectionSettings settings, in ElectionState state, bool configAccepted)
    {
        if (state.Role != HaRole.Active || state.Listening) return HandoverRefusal.NotActive;
        if (!settings.HasPeer) return HandoverRefusal.NoPeer;
        if (!state.PeerAlive) return HandoverRefusal.PeerUnreachable;
        if (!CanServe(state.Peer)) return HandoverRefusal.PeerUnfit;
        if (!state.PeerTrusted) return HandoverRefusal.PeerNotTrusted;
        return configAccepted ? HandoverRefusal.None : HandoverRefusal.ConfigDiffers;
    }

    private static bool CanServe(in PeerWord peer) => peer.Fit && peer.Role == HaRole.Passive && !peer.LanSilent;

    /// <summary>The last advert carries the own priority where it is lower than the survivor's, which makes the survivor speak.</summary>
    private static void StepDown(ref ElectionStep step, HaReason reason, int survivorPriority)
    {
        int own = step.Priority;
        step.LeaveActive(HaRole.Passive, reason, own < survivorPriority ? own : 0);
        step.State.LanHeard = true;
    }

    private static void YieldTheLan(ref ElectionStep step)
    {
        bool cut = step.Evidence == LanEvidence.None;
        step.State.LanCut = cut;
        step.LeaveActive(cut ? HaRole.Unfit : HaRole.Passive, HaReason.LanCut, 0);
    }
}
