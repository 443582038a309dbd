namespace Appliance.Vrrp.State;

/// <summary>
/// Who is active: a pure function of (settings, state, event, now). No I/O, no clock, no threads.
/// </summary>
/// <remarks>
/// <code><![CDATA[
///                 Ready                    nobody / peer dead, left, yielded
///   +----------+ -------------> +---------+ -----------------------------> +--------+
///   | Starting |                | Passive |                                | Active |
///   +----------+ <- (restart)   +---------+ <----------------------------- +--------+
///        |                        |     ^     outranked, slept, handed over    |  |
///        | Ready, blocked         |     | fit again                            |  |
///        |                blocked v     |                                      |  |
///        |                      +---------+ <----------------------------------+  |
///        +--------------------> |  Unfit  |   blocked: stop, standby, stalled,    |
///                               +---------+   carrier, links, LAN cut; and, with  |
///                                    |        a fit peer, upstreams, bandwidth    |
///       more flaps than the maximum, v                                            |
///       with a fit peer or     +---------+ <--------------------------------------+
///       passthrough            | Bypass  | --> Passive: reset, hold time over
///                              +---------+
///
///   event            Starting        Passive                        Active                          Unfit        Bypass
///   Ready            P / A(255) / U  -                              -                               -            -
///   advert 0         -               timer: skew (+1 i if the       advert and announce, stay       -            timer: skew
///                                    peer's word says Active)
///   advert lower     restart timer   peer: restart timer;           advert and announce, stay       restart      restart timer,
///                                    RFC: ignored if preempt                                        timer        let go
///   advert equal     restart timer   restart timer                  address decides                 as above     as above
///   advert higher    restart timer   restart timer                  -> Passive                      as above     as above
///   heartbeat        learn           peer left Active -> Active     two Active: rank decides;       hard: learn; learn; let go
///                                                                   peer proves LAN, we not -> P/U; soft: peer   for a peer that
///                                                                   peer wants role -> ask daemon;  left or      is Active or fit
///                                                                   soft and peer fit -> Unfit      worse -> A
///   both silent      -               evidence -> Active, else U     stay                            soft: -> P   passthrough: hold
///   LAN silent,      -               no evidence -> U; equal and    (on the peer's word, above)     -            -
///     peer Active                    unproven -> Active; else stay
///   none Active      -               higher rank -> Active,         -                               -            passthrough: hold
///                                    other one interval later
///   hard block       (at Ready)      -> Unfit                       -> Unfit (drop, word, advert 0) stay         stay, let go
///   soft block       -               peer fit or Active -> Unfit    peer fit, trusted -> Unfit;     stay         stay
///                                                                   foreign peer: priority 1
///   unblocked        -               -                              -                               -> Passive   stay
///   handover         refused         refused                        peer fit -> Passive (drop,      refused      refused
///                                                                   word, advert 0)
///   slept            -               timers restart                 listen one interval first       -            timers restart
///   reset            forget flaps    forget flaps                   forget flaps                    forget flaps -> Passive
///   stop             -> Unfit        -> Unfit                       -> Unfit (drop, word, advert 0) say leaving  -> Unfit, let go
/// ]]></code>
/// A new state is a new row in <see cref="HaRole"/>, a column here and a rules class. i: check interval.
/// </remarks>
internal static class Election
{
    public static ElectionResult Step(ElectionSettings settings, in ElectionState state, in ElectionEvent happened, long nowNs)
    {
        var step = new ElectionStep(settings, state, nowNs);
        NoticeSleep(ref step);
        NoticePeerSilence(ref step);
        Apply(ref step, happened);
        CompareBandwidth(ref step);
        Beat(ref step);
        NoticeBlocks(ref step);
        BypassRules.Enter(ref step);
        if (step.State.Role == HaRole.Passive) PassiveRules.Evaluate(ref step);
        else if (step.State.Role == HaRole.Bypass) Bypass(ref step);
        step.State.SeenNs = nowNs;
        return new ElectionResult(step.State, step.Actions);
    }

    private static void Bypass(ref ElectionStep step)
    {
        BypassRules.Evaluate(ref step);
        if (step.State.Role == HaRole.Passive) PassiveRules.Evaluate(ref step);
    }

    /// <summary>Absolute deadlines: a late beat does not move the following ones, unless whole beats were missed.</summary>
    public static long NextBeat(long dueNs, long nowNs, long intervalNs) =>
        dueNs + intervalNs > nowNs ? dueNs + intervalNs : nowNs + intervalNs;

    private static void Apply(ref ElectionStep step, in ElectionEvent happened)
    {
        switch (happened.Kind)
        {
            case ElectionEventKind.Ready:
                OnReady(ref step);
                break;
            case ElectionEventKind.AdvertHeard:
                OnAdvert(ref step, happened);
                break;
            case ElectionEventKind.HeartbeatHeard:
                OnHeartbeat(ref step, happened.Peer);
                break;
            case ElectionEventKind.Carrier:
                step.State.Carrier = happened.On;
                break;
            case ElectionEventKind.EvidenceHeard:
                step.State.EvidenceNs = step.NowNs;
                step.State.LanCut = false;
                break;
            case ElectionEventKind.WitnessKnown:
                step.State.WitnessKnown = happened.On;
                break;
            case ElectionEventKind.DataPlaneStalled:
                step.State.DataPlaneStalled = happened.On;
                break;
            case ElectionEventKind.Standby:
                step.State.Standby = happened.On;
                break;
            case ElectionEventKind.LinksShort:
                (step.State.LinksShort, step.State.ActivePairs) = (happened.On, happened.Count);
                break;
            case ElectionEventKind.UpstreamsShort:
                step.State.UpstreamsShort = happened.On;
                break;
            case ElectionEventKind.BandwidthLow:
                OnBandwidth(ref step, happened.On);
                break;
            case ElectionEventKind.Reset:
                OnReset(ref step);
                break;
            case ElectionEventKind.Handover:
                ActiveRules.OnHandover(ref step, happened.On);
                break;
            case ElectionEventKind.Stop:
                step.State.Stopping = true;
                step.Do(ElectionDeeds.SendHeartbeat);
                break;
        }
    }

    private static void OnReady(ref ElectionStep step)
    {
        if (step.State.Ready) return;
        step.State.Ready = true;
        if (ElectionViews.Hard(step.State) != HaReason.None) return;
        if (step.Settings.Priority == 255) step.BecomeActive(HaReason.Owner);
        else step.BecomePassive(HaReason.WaitingForNews);
    }

    private static void OnAdvert(ref ElectionStep step, in ElectionEvent heard)
    {
        if (Contradicts(ref step, heard.Priority)) return;
        if (step.State.Role == HaRole.Passive) PassiveRules.OnAdvert(ref step, heard);
        else if (step.State.Role == HaRole.Active) ActiveRules.OnAdvert(ref step, heard);
        else if (step.State.Role == HaRole.Bypass) BypassRules.OnAdvert(ref step, heard);
        else if (heard.Priority != 0) step.HearLan(heard.IntervalNs);
    }

    private static void OnBandwidth(ref ElectionStep step, bool low)
    {
        step.State.BandwidthLow = low && step.State.Role == HaRole.Active;
        if (!low) (step.State.BandwidthFault, step.State.BandwidthExcused) = (false, false);
    }

    private static void OnReset(ref ElectionStep step)
    {
        step.State.Flaps = [];
        (step.State.BandwidthLow, step.State.BandwidthFault, step.State.BandwidthExcused) = (false, false, false);
        if (step.State.Role == HaRole.Bypass) BypassRules.Leave(ref step, HaReason.Reset);
    }

    /// <summary>Both nodes received too little while Active: it was the traffic. Each learns it from the other's word.</summary>
    private static void CompareBandwidth(ref ElectionStep step)
    {
        if (!step.State.PeerAlive) return;
        PeerWord peer = step.State.Peer;
        if (step.State.Role == HaRole.Active && step.State.BandwidthLow && peer.BandwidthFault) step.State.BandwidthExcused = true;
        if (!step.State.BandwidthFault || peer.Role != HaRole.Active || !peer.BandwidthLow) return;
        step.State.BandwidthFault = false;
        step.State.BandwidthExcused = true;
    }

    /// <summary>
    /// An advert against the peer's authenticated word is ignored. The first may have crossed with the word that explains it and
    /// is held for one interval before it counts as forged; the peer's next word settles it.
    /// </summary>
    private static bool Contradicts(ref ElectionStep step, int priority)
    {
        if (!step.Settings.HasPeer || !step.State.PeerAlive) return false;
        if (step.State.Peer.Role == HaRole.Bypass && priority == BypassRules.Priority) return true; // it says so itself: held until somebody fit takes the role
        bool active = step.State.Peer.Role == HaRole.Active;
        bool settled = step.NowNs - step.State.PeerRoleSinceNs > step.Settings.IntervalNs;
        if (priority == 0)
        {
            if (active && step.State.ContradictionNs == ElectionState.Never) step.State.ContradictionNs = step.NowNs;
            return active && step.State.Role != HaRole.Passive;
        }

        if (active || !settled) return false;
        if (step.State.ContradictionNs == ElectionState.Never) step.State.ContradictionNs = step.NowNs;
        else step.Do(ElectionDeeds.CountSpoof);

        // Whoever sent it may have told the hosts too. It may even be true: words of a peer that was Active for a moment can overtake
        // one another, and then only its advert is ever seen here.
        if (step.State.Role == HaRole.Active) step.InsistOnBeingActive(dual: false);
        return true;
    }

    private static void OnHeartbeat(ref ElectionStep step, in PeerWord word)
    {
        HaRole before = step.State.PeerAlive ? step.State.Peer.Role : default;
        bool heldBefore = step.State.PeerAlive && step.State.Peer.BypassHolds;
        LearnPeer(ref step, word, before);
        if (step.State.Role == HaRole.Passive) PassiveRules.OnHeartbeat(ref step, before);
        else if (step.State.Role == HaRole.Unfit) StandInForLeaver(ref step, before);
        else if (step.State.Role == HaRole.Bypass) BypassRules.OnHeartbeat(ref step, heldBefore);
        else if (step.State.Role == HaRole.Active) ActiveRules.OnHeartbeat(ref step, before);
        SettleContradiction(ref step);
        if (word.Leaving) LosePeer(ref step);
    }

    private static void LearnPeer(ref ElectionStep step, in PeerWord word, HaRole before)
    {
        bool inRow = step.State.PeerAlive && step.NowNs - step.State.PeerHeardNs < 2 * step.Settings.IntervalNs;
        step.State.GoodChecks = inRow ? Math.Min(step.State.GoodChecks + 1, step.Settings.RecoveryThreshold) : 1;
        if (!step.State.PeerTrusted && step.State.GoodChecks >= step.Settings.RecoveryThreshold)
        {
            step.State.PeerTrusted = true;
            step.State.PeerTrustedNs = step.NowNs;
        }

        if (before != word.Role) step.State.PeerRoleSinceNs = step.NowNs;
        step.State.Peer = word;
        step.State.PeerKnown = true;
        step.State.PeerAlive = true;
        step.State.PeerHeardNs = step.NowNs;
        step.State.PeerDeadlineNs = step.NowNs + step.DownNs(step.Settings.IntervalNs);
    }

    private static void SettleContradiction(ref ElectionStep step)
    {
        if (step.State.ContradictionNs == ElectionState.Never) return;
        if (step.State.Peer.Role == HaRole.Active)
        {
            step.State.ContradictionNs = ElectionState.Never;
        }
        else if (step.NowNs - step.State.ContradictionNs > step.Settings.IntervalNs)
        {
            step.State.ContradictionNs = ElectionState.Never;
            step.Do(ElectionDeeds.CountSpoof);
        }
    }

    private static void NoticeSleep(ref ElectionStep step)
    {
        long downNs = step.DownNs(step.Settings.IntervalNs);
        if (step.NowNs - step.State.SeenNs <= downNs) return;
        step.Do(ElectionDeeds.CountSleep);
        if (step.State.LanDeadlineNs != ElectionState.Never) step.State.LanDeadlineNs = step.NowNs + downNs;
        step.State.PeerDeadlineNs = step.NowNs + downNs;
        step.State.HeartbeatAtNs = step.NowNs;
        if (step.State.Role == HaRole.Active) step.State.ListenUntilNs = step.NowNs + step.Settings.IntervalNs;
    }

    private static void NoticePeerSilence(ref ElectionStep step)
    {
        if (step.State.PeerAlive && step.NowNs >= step.State.PeerDeadlineNs) LosePeer(ref step);
    }

    private static void LosePeer(ref ElectionStep step)
    {
        step.State.PeerAlive = false;
        step.State.PeerTrusted = false;
        step.State.GoodChecks = 0;
        step.State.PreemptHeld = false;
        step.State.ContradictionNs = ElectionState.Never;
    }

    private static void Beat(ref ElectionStep step)
    {
        if (step.NowNs >= step.State.HeartbeatAtNs)
        {
            step.Do(ElectionDeeds.SendHeartbeat);
            step.State.HeartbeatAtNs = NextBeat(step.State.HeartbeatAtNs, step.NowNs, step.Settings.IntervalNs);
        }

        if (step.State.Role == HaRole.Active) ActiveRules.OnTimer(ref step);
    }

    /// <summary>A node that stood back for a better peer serves at once when that peer says that it does not any more.</summary>
    private static void StandInForLeaver(ref ElectionStep step, HaRole before)
    {
        PeerWord peer = step.State.Peer;
        bool leaves = before == HaRole.Active && peer.Role != HaRole.Active && (peer.Leaving || !peer.Fit);
        if (!leaves || !step.State.Ready || ElectionViews.Hard(step.State) != HaReason.None) return;
        step.BecomeActive(peer.Leaving ? HaReason.PeerLeft : HaReason.PeerYielded);
    }

    private static void NoticeBlocks(ref ElectionStep step)
    {
        if (step.State.LanCut && step.Evidence != LanEvidence.None) step.State.LanCut = false;
        if (step.State.Role == HaRole.Bypass && !step.State.Stopping) return;
        HaReason blocked = ElectionViews.Blocked(step.Settings, step.State);
        if (step.State.Role == HaRole.Unfit)
        {
            if (blocked != HaReason.None) step.State.Reason = blocked;
            else if (ElectionViews.Soft(step.State) != HaReason.None) step.StandIn();
            else step.BecomePassive(HaReason.FitAgain);
            return;
        }

        if (blocked == HaReason.None || (step.State.Role == HaRole.Starting && !step.State.Ready && !step.State.Stopping)) return;
        if (step.State.Role == HaRole.Bypass) BypassRules.Release(ref step);
        if (step.State.Role == HaRole.Active) step.LeaveActive(HaRole.Unfit, blocked, 0);
        else step.BecomeOut(HaRole.Unfit, blocked);
    }
}
