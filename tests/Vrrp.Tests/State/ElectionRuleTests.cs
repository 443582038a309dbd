using Appliance.Vrrp;
using Appliance.Vrrp.State;

namespace Vrrp.Tests.State;

public class ElectionRuleTests
{
    private const long Ms = Elections.Ms;
    private static readonly ElectionSettings Second = Elections.Pair with { Primary = false };

    [Theory]
    [InlineData(254, 100, 300_781_250)]
    [InlineData(253, 100, 301_171_875)]
    [InlineData(254, 10, 30_078_125)]
    [InlineData(1, 10, 39_960_937)]
    [InlineData(255, 40_000, 120_156_250_000)]
    public void DownIntervalFollowsTheRfcToTheMicrosecond(int priority, int intervalMs, long expectedNs) =>
        Assert.Equal(expectedNs, ElectionTiming.DownNs(3, priority, intervalMs * Ms));

    [Fact]
    public void BackupBecomesMasterWhenAdvertisementsStop()
    {
        ElectionState state = Elections.Passive(Elections.Alone);
        state = Elections.Next(Elections.Alone, state, ElectionEvent.Advert(255, Elections.Other, Elections.Interval)).State;
        long due = state.SeenNs + Elections.DownNs(Elections.Alone, 254);
        state = Elections.Step(Elections.Alone, state, ElectionEvent.Timer, due - 1).State;
        Assert.Equal(HaRole.Passive, state.Role);
        Assert.Equal(due, state.LanDeadlineNs);
        Assert.Equal(HaRole.Active, Elections.Step(Elections.Alone, state, ElectionEvent.Timer, due).State.Role);
    }

    [Fact]
    public void BackupAdoptsTheIntervalOfTheMaster()
    {
        ElectionState state = Elections.Passive(Elections.Alone);
        state = Elections.Next(Elections.Alone, state, ElectionEvent.Advert(255, Elections.Other, 1000 * Ms)).State;
        Assert.Equal(state.SeenNs + ElectionTiming.DownNs(3, 254, 1000 * Ms), state.LanDeadlineNs);
    }

    [Fact]
    public void PriorityZeroLeavesOnlyTheSkewOfTheAdoptedInterval()
    {
        ElectionState state = Elections.Passive(Elections.Alone);
        state = Elections.Next(Elections.Alone, state, ElectionEvent.Advert(255, Elections.Other, 1000 * Ms)).State;
        state = Elections.Next(Elections.Alone, state, ElectionEvent.Advert(0, Elections.Other, 1000 * Ms)).State;
        Assert.Equal(state.SeenNs + ElectionTiming.SkewNs(254, 1000 * Ms), state.LanDeadlineNs);
    }

    [Theory]
    [InlineData(true, 253, false)]
    [InlineData(true, 254, true)]
    [InlineData(false, 1, true)]
    public void WithoutAPeerALowerAdvertRestartsTheTimerOnlyIfPreemptIsOff(bool preempt, byte priority, bool restarts)
    {
        ElectionSettings settings = Elections.Alone with { Preempt = preempt };
        ElectionState before = Elections.Passive(settings);
        ElectionState after = Elections.Next(settings, before, ElectionEvent.Advert(priority, Elections.Other, Elections.Interval)).State;
        Assert.Equal(restarts, after.LanDeadlineNs > before.LanDeadlineNs);
    }

    [Fact]
    public void PreferredNodeNeverOutshoutsItsPeerButAsksAfterTheDelay()
    {
        ElectionSettings settings = Elections.Pair with { PreemptDelayNs = 2000 * Ms };
        ElectionState state = Elections.Hear(settings, Elections.Passive(settings), Elections.ActivePeer, 10);
        Assert.Equal(HaRole.Passive, state.Role);
        Assert.False(ElectionViews.WantsRole(settings, state, state.SeenNs));
        state = Elections.Hear(settings, state, Elections.ActivePeer, 25);
        Assert.Equal(HaRole.Passive, state.Role);
        Assert.True(ElectionViews.WantsRole(settings, state, state.SeenNs));
        Assert.False(ElectionViews.WantsRole(settings with { Preempt = false }, state, state.SeenNs));
    }

    [Fact]
    public void ActiveGrantsTheWishOnlyToATrustedPeer()
    {
        ElectionState state = Elections.Active(Second);
        PeerWord wish = Elections.PassivePeer with { Priority = 254, Primary = true, WantsRole = true };
        for (int check = 1; check <= 5; check++)
        {
            ElectionResult result = Elections.Step(Second, state, ElectionEvent.Heartbeat(wish), state.SeenNs + Elections.Interval);
            Assert.Equal(check == 5, result.Actions.Has(ElectionDeeds.AskForHandover));
            state = result.State;
        }
    }

    [Fact]
    public void HandoverDropsTheAddressBeforeItIsSaid()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Active(Elections.Pair), Elections.PassivePeer);
        ElectionResult refused = Elections.Next(Elections.Pair, state, ElectionEvent.Switch(ElectionEventKind.Handover, false));
        Assert.Equal(HandoverRefusal.ConfigDiffers, refused.Actions.Refusal);
        ElectionResult done = Elections.Next(Elections.Pair, state, ElectionEvent.Switch(ElectionEventKind.Handover, true));
        Assert.Equal(HaRole.Passive, done.State.Role);
        Assert.True(done.Actions.Has(ElectionDeeds.DropAddresses) && done.Actions.Has(ElectionDeeds.SendAdvert));
        Assert.Equal(0, done.Actions.AdvertPriority);
        Assert.True(ElectionDeeds.DropAddresses < ElectionDeeds.SendHeartbeat && ElectionDeeds.SendHeartbeat < ElectionDeeds.SendAdvert);

        ElectionState later = Elections.Hear(Elections.Pair, done.State, Elections.ActivePeer, 40);
        Assert.False(ElectionViews.WantsRole(Elections.Pair, later, later.SeenNs), "the operator's handover is not undone by preemption");
    }

    [Fact]
    public void PassiveTakesOverAtOnceOnThePeersWord()
    {
        foreach (PeerWord word in new[] { Elections.PassivePeer, Elections.PassivePeer with { Role = HaRole.Unfit, Fit = false }, Elections.PassivePeer with { Role = HaRole.Unfit, Leaving = true } })
        {
            ElectionState state = Elections.Hear(Elections.Pair, Elections.Passive(Elections.Pair), Elections.ActivePeer, 2);
            Assert.Equal(HaRole.Active, Elections.Next(Elections.Pair, state, ElectionEvent.Heartbeat(word)).State.Role);
        }
    }

    [Fact]
    public void SilentHaPortAloneChangesNobodysRole()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Passive(Elections.Pair), Elections.ActivePeer, 3);
        for (int i = 0; i < 20; i++)
        {
            state = Elections.Step(Elections.Pair, state, ElectionEvent.Advert(253, Elections.Other, Elections.Interval), state.SeenNs + Elections.Interval).State;
        }

        Assert.False(state.PeerAlive);
        Assert.Equal(HaRole.Passive, state.Role);
    }

    [Theory]
    [InlineData(false, "CarrierOnly", false, HaRole.Active)]
    [InlineData(false, "Proven", false, HaRole.Passive)]
    [InlineData(true, "Proven", true, HaRole.Passive)]
    [InlineData(true, "None", true, HaRole.Passive)]
    [InlineData(true, "Proven", false, HaRole.Unfit)]
    [InlineData(true, "None", false, HaRole.Active)]
    public void SilentLanIsDecidedByEvidence(bool witnessKnown, string peers, bool heardWitness, HaRole expected)
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Passive(Elections.Pair), Elections.ActivePeer, 3);
        state = Elections.Step(Elections.Pair, state, ElectionEvent.Switch(ElectionEventKind.WitnessKnown, witnessKnown), state.SeenNs).State;
        for (int i = 0; i < 8 && state.Role == HaRole.Passive; i++)
        {
            if (heardWitness) state = Elections.Step(Elections.Pair, state, new ElectionEvent(ElectionEventKind.EvidenceHeard), state.SeenNs).State;
            state = Elections.Step(Elections.Pair, state, ElectionEvent.Heartbeat(Elections.ActivePeer with { Evidence = Enum.Parse<LanEvidence>(peers) }), state.SeenNs + Elections.Interval).State;
        }

        Assert.Equal(expected, state.Role);
        if (expected == HaRole.Passive) Assert.True(state.LanSilent);
    }

    [Theory]
    [InlineData("Proven", HaRole.Unfit)]
    [InlineData("None", HaRole.Active)]
    public void ActiveWithoutEvidenceYieldsToAPeerThatHasIt(string peers, HaRole expected)
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Active(Elections.Pair), Elections.PassivePeer, 3);
        state = Elections.Next(Elections.Pair, state, ElectionEvent.Switch(ElectionEventKind.WitnessKnown, true)).State;
        PeerWord word = Elections.PassivePeer with { LanSilent = true, Evidence = Enum.Parse<LanEvidence>(peers) };
        ElectionResult result = Elections.Next(Elections.Pair, state, ElectionEvent.Heartbeat(word));
        Assert.Equal(expected, result.State.Role);
        ElectionState healed = Elections.Next(Elections.Pair, result.State, new ElectionEvent(ElectionEventKind.EvidenceHeard)).State;
        Assert.Equal(expected == HaRole.Unfit ? HaRole.Passive : HaRole.Active, healed.Role);
    }

    [Fact]
    public void DeadPeerIsNotReplacedByANodeThatIsCutOff()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Passive(Elections.Pair), Elections.ActivePeer, 3);
        state = Elections.Next(Elections.Pair, state, ElectionEvent.Switch(ElectionEventKind.WitnessKnown, true)).State;
        for (int i = 0; i < 8; i++) state = Elections.Step(Elections.Pair, state, ElectionEvent.Timer, state.SeenNs + Elections.Interval).State;
        Assert.Equal((HaRole.Unfit, HaReason.LanCut), (state.Role, state.Reason));
    }

    [Fact]
    public void SurvivorAnnouncesAtOnceAndAfterOneAndFiveIntervals()
    {
        ElectionState state = Elections.Active(Elections.Alone);
        long start = state.SeenNs + Ms;
        ElectionResult result = Elections.Step(Elections.Alone, state, ElectionEvent.Advert(1, Elections.Other, Elections.Interval), start);
        var announced = new List<long>();
        if (result.Actions.Has(ElectionDeeds.AnnounceOnce)) announced.Add(start);
        while (result.State.SeenNs < start + (8 * Elections.Interval))
        {
            result = Elections.Step(Elections.Alone, result.State, ElectionEvent.Timer, result.State.NextDeadlineNs);
            if (result.Actions.Has(ElectionDeeds.AnnounceOnce)) announced.Add(result.State.SeenNs);
        }

        Assert.Equal([start, start + Elections.Interval, start + (5 * Elections.Interval)], announced);
    }

    [Theory]
    [InlineData(253, 254, 253)]
    [InlineData(254, 254, 0)]
    public void LastAdvertMakesABetterSurvivorSpeak(int own, byte survivor, byte last)
    {
        ElectionSettings settings = Elections.Alone with { Priority = own };
        ElectionResult result = Elections.Next(settings, Elections.Active(settings), ElectionEvent.Advert(survivor, Elections.Other, Elections.Interval));
        Assert.Equal(HaRole.Passive, result.State.Role);
        Assert.Equal(last, result.Actions.AdvertPriority);
    }

    [Fact]
    public void SleeperListensForOneIntervalBeforeItAsserts()
    {
        ElectionState state = Elections.Active(Elections.Pair);
        long woke = state.SeenNs + Elections.DownNs(Elections.Pair, 254) + 1;
        ElectionResult result = Elections.Step(Elections.Pair, state, ElectionEvent.Timer, woke);
        Assert.True(result.Actions.Has(ElectionDeeds.CountSleep));
        Assert.False(result.State.Asserts);
        Assert.False(result.Actions.Has(ElectionDeeds.SendAdvert));
        ElectionState yielded = Elections.Step(Elections.Pair, result.State, ElectionEvent.Advert(1, Elections.Other, Elections.Interval), woke + 1).State;
        Assert.Equal((HaRole.Passive, HaReason.PeerTookOverWhileAsleep), (yielded.Role, yielded.Reason));
        ElectionResult alone = Elections.Step(Elections.Pair, result.State, ElectionEvent.Timer, woke + Elections.Interval);
        Assert.True(alone.State.Asserts);
        Assert.True(alone.Actions.Has(ElectionDeeds.TakeAddresses) && alone.Actions.Has(ElectionDeeds.SendAdvert));
    }

    [Fact]
    public void SleepingPassiveDoesNotTakeItsOwnSleepForThePeersDeath()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Passive(Elections.Pair), Elections.ActivePeer, 3);
        ElectionResult woke = Elections.Step(Elections.Pair, state, ElectionEvent.Timer, state.SeenNs + (20 * Elections.Interval));
        Assert.Equal(HaRole.Passive, woke.State.Role);
    }

    [Fact]
    public void AnActiveAnnouncesAgainstAnAdvertThatContradictsThePeersWord()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Active(Elections.Pair), Elections.PassivePeer);
        ElectionResult heard = Elections.Next(Elections.Pair, state, ElectionEvent.Advert(253, Elections.Other, Elections.Interval));
        Assert.Equal(HaRole.Active, heard.State.Role);
        Assert.True(heard.Actions.Has(ElectionDeeds.AnnounceOnce));

        // A flood of them makes it no louder than once an interval.
        Assert.False(Elections.Next(Elections.Pair, heard.State, ElectionEvent.Advert(253, Elections.Other, Elections.Interval)).Actions.Has(ElectionDeeds.AnnounceOnce));
    }

    [Fact]
    public void AdvertThatContradictsThePeersWordIsIgnoredAndCounted()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Active(Elections.Pair), Elections.PassivePeer);
        ElectionEvent forged = ElectionEvent.Advert(255, Elections.Other, Elections.Interval);
        ElectionResult first = Elections.Next(Elections.Pair, state, forged);
        Assert.Equal(HaRole.Active, first.State.Role);
        Assert.False(first.Actions.Has(ElectionDeeds.CountSpoof));
        ElectionResult second = Elections.Next(Elections.Pair, first.State, forged);
        Assert.Equal(HaRole.Active, second.State.Role);
        Assert.True(second.Actions.Has(ElectionDeeds.CountSpoof));
        ElectionState gone = second.State;
        for (int i = 0; i < 5; i++) gone = Elections.Step(Elections.Pair, gone, ElectionEvent.Timer, gone.SeenNs + Elections.Interval).State;
        Assert.Equal(HaRole.Passive, Elections.Next(Elections.Pair, gone, forged).State.Role);
    }

    [Theory]
    [InlineData(true, 0xc6336401, 0xc6336402, 253)]
    [InlineData(true, 0xc6336403, 0xc6336402, 254)]
    [InlineData(false, 0xc6336403, 0xc6336402, 254)]
    [InlineData(false, 0xc6336401, 0xc6336402, 253)]
    public void WithTwoPrimariesOrNoneTheHigherHaAddressCounts(bool primary, uint own, uint peers, int priority)
    {
        ElectionSettings settings = Elections.Pair with { Primary = primary, HaAddress = own, PeerHaAddress = peers };
        ElectionState state = Elections.Hear(settings, Elections.Passive(settings), Elections.PassivePeer with { Primary = primary }, 1);
        Assert.Equal(priority, ElectionViews.Priority(settings, state));
        Assert.True(ElectionViews.PrimaryConflict(settings, state));
    }

    [Fact]
    public void BeatsStayOnTheirGridHoweverLateTheThreadIs()
    {
        Assert.Equal(200, Election.NextBeat(100, 100, 100));
        Assert.Equal(200, Election.NextBeat(100, 199, 100));
        Assert.Equal(350, Election.NextBeat(100, 250, 100));
    }

    [Fact]
    public void ListeningSleeperAssertsNothingWhateverItHears()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Active(Elections.Pair), Elections.PassivePeer, 2);
        ElectionState woke = Elections.Step(Elections.Pair, state, ElectionEvent.Timer, state.SeenNs + (10 * Elections.Interval)).State;
        Assert.True(woke.Listening);
        ElectionResult zero = Elections.Next(Elections.Pair, woke, ElectionEvent.Advert(0, Elections.Other, Elections.Interval));
        Assert.False(zero.Actions.Has(ElectionDeeds.SendAdvert) || zero.Actions.Has(ElectionDeeds.AnnounceOnce));
    }

    [Fact]
    public void DyingPeerIsNotTakenForACutLan()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Passive(Elections.Pair), Elections.ActivePeer, 3);
        long last = state.SeenNs;
        state = Elections.Step(Elections.Pair, state, ElectionEvent.Advert(253, Elections.Other, Elections.Interval), last).State;
        state = Elections.Step(Elections.Pair, state, ElectionEvent.Heartbeat(Elections.ActivePeer), last + (Elections.Interval / 2)).State;
        while (state.Role == HaRole.Passive)
        {
            Assert.False(state.LanSilent);
            state = Elections.Step(Elections.Pair, state, ElectionEvent.Timer, state.NextDeadlineNs).State;
        }

        Assert.Equal((HaRole.Active, HaReason.PeerDead), (state.Role, state.Reason));
    }
}
