using System.Collections.Immutable;

namespace Appliance.Vrrp.State;

/// <summary>One step under way: the state being changed and the deeds collected, with the moves that several roles share.</summary>
internal ref struct ElectionStep(ElectionSettings settings, ElectionState state, long nowNs)
{
    public readonly ElectionSettings Settings = settings;
    public readonly long NowNs = nowNs;
    public ElectionState State = state;
    public ElectionActions Actions;

    /// <summary>Both nodes primary, or neither: the higher HA address counts as primary.</summary>
    public readonly bool IsPrimary => ElectionViews.IsPrimary(Settings, State);

    public readonly int Priority => ElectionViews.Priority(Settings, State);

    public readonly LanEvidence Evidence => ElectionViews.Evidence(Settings, State, NowNs);

    public readonly long DownNs(long intervalNs) => ElectionTiming.DownNs(Settings.FailureThreshold, Priority, intervalNs);

    public readonly bool PeerIsActive => State.PeerAlive && State.Peer.Role == HaRole.Active;

    public void Do(ElectionDeeds deeds) => Actions.Deeds |= deeds;

    public void SendAdvert(int priority)
    {
        Do(ElectionDeeds.SendAdvert);
        Actions.AdvertPriority = (byte)priority;
    }

    /// <summary>Every way into Active ends here.</summary>
    public void BecomeActive(HaReason reason)
    {
        Enter(HaRole.Active, reason);
        State.AdvertAtNs = NowNs + Settings.IntervalNs;
        State.HeartbeatAtNs = State.AdvertAtNs; // in step, so that a dead node falls silent on both paths at once
        State.SilenceTakeover = reason == HaReason.LanSilent;
        State.PreemptHeld = false;
        State.LanCut = false;
        SendAdvert(Priority);
        Do(ElectionDeeds.TakeAddresses | ElectionDeeds.AnnounceSeries);
    }

    /// <summary>Waits for the peer: both silences are measured from now.</summary>
    public void BecomePassive(HaReason reason)
    {
        Enter(HaRole.Passive, reason);
        ArmSilence();
    }

    /// <summary>The peer that this node stood back for does not serve any more: the silences it heard meanwhile count.</summary>
    public void StandIn()
    {
        (long deadline, long interval, bool heard) = (State.LanDeadlineNs, State.LanIntervalNs, State.LanHeard);
        Enter(HaRole.Passive, State.PeerAlive ? HaReason.NobodyActive : HaReason.PeerDead);
        (State.LanDeadlineNs, State.LanIntervalNs, State.LanHeard) = (deadline, interval, heard);
    }

    /// <summary>Unfit or Bypass; adverts and their silence are followed there too.</summary>
    public void BecomeOut(HaRole to, HaReason reason)
    {
        Enter(to, reason);
        ArmSilence();
    }

    /// <summary>Somebody's advert: the LAN is not silent.</summary>
    public void HearLan(long intervalNs)
    {
        State.LanIntervalNs = intervalNs;
        State.LanDeadlineNs = NowNs + DownNs(intervalNs);
        State.LanHeard = true;
        State.LanSilent = false;
    }

    /// <summary>Active no more: the address goes first, then one last advert. Never called in another role.</summary>
    /// <param name="to">Passive, Unfit or Bypass.</param>
    /// <param name="reason">Why.</param>
    /// <param name="lastPriority">0, or the own priority where that makes a better survivor speak.</param>
    public void LeaveActive(HaRole to, HaReason reason, int lastPriority)
    {
        bool ordered = reason is HaReason.HandedOver or HaReason.Stopping or HaReason.Standby;
        if (!ordered && ElectionViews.Soft(State) == HaReason.Bandwidth) State.BandwidthFault = true;
        if (!ordered && reason != HaReason.TooManyFlaps) CountFlap();
        if (to == HaRole.Passive) BecomePassive(reason);
        else BecomeOut(to, reason);
        Do(ElectionDeeds.DropAddresses);
        SendAdvert(lastPriority);
    }

    /// <summary>Another Active was heard, or one that just stopped, and this node stays: speak, and tell the hosts again now, after
    /// 1 and after 5 intervals.</summary>
    /// <param name="dual">The other one has not stopped yet.</param>
    public void InsistOnBeingActive(bool dual)
    {
        if (State.Listening || NowNs - Settings.IntervalNs < State.ForcedAdvertNs) return;
        State.ForcedAdvertNs = NowNs;
        SendAdvert(Priority);
        Do(ElectionDeeds.AnnounceOnce | ElectionDeeds.SendHeartbeat);
        if (dual) Do(ElectionDeeds.LogDualActive);
        State.FirstAgainNs = NowNs + Settings.IntervalNs;
        State.SecondAgainNs = NowNs + 5 * Settings.IntervalNs;
    }

    private void ArmSilence()
    {
        State.LanIntervalNs = Settings.IntervalNs;
        State.LanDeadlineNs = NowNs + DownNs(Settings.IntervalNs);
        if (!State.PeerAlive) State.PeerDeadlineNs = State.LanDeadlineNs;
    }

    /// <summary>The active role was lost and no operator asked for it.</summary>
    private void CountFlap()
    {
        ImmutableArray<long> kept = State.Flaps;
        while (kept.Length > 0 && (kept.Length > Settings.MaximumFlaps || NowNs - kept[0] >= Settings.FlapWindowNs)) kept = kept.RemoveAt(0);
        State.Flaps = kept.Add(NowNs);
    }

    private void Enter(HaRole role, HaReason reason)
    {
        State.Role = role;
        State.Reason = reason;
        State.SinceNs = NowNs;
        State.AdvertAtNs = ElectionState.Never;
        State.LanDeadlineNs = ElectionState.Never;
        State.FirstAgainNs = ElectionState.Never;
        State.SecondAgainNs = ElectionState.Never;
        State.ListenUntilNs = ElectionState.Never;
        State.LanHeard = false;
        State.LanSilent = false;
        State.SilenceTakeover = false;
        State.BandwidthLow = false;
        State.BypassUntilNs = ElectionState.Never;
        Do(ElectionDeeds.SendHeartbeat | ElectionDeeds.Notify);
    }
}
