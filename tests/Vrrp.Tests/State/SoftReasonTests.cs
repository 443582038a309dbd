using Appliance.Vrrp;
using Appliance.Vrrp.State;

namespace Vrrp.Tests.State;

/// <summary>What the peer may suffer from as well makes a node yield to a fit peer, and never leaves the addresses to nobody.</summary>
public class SoftReasonTests
{
    private static readonly ElectionSettings Second = Elections.Pair with { Primary = false };
    private static readonly ElectionEvent UpstreamsGone = ElectionEvent.Switch(ElectionEventKind.UpstreamsShort, true);
    private static readonly ElectionEvent UpstreamsBack = ElectionEvent.Switch(ElectionEventKind.UpstreamsShort, false);

    [Fact]
    public void ActiveWithoutUpstreamsYieldsToAFitAndTrustedPeer()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Active(Elections.Pair), Elections.PassivePeer);
        ElectionResult result = Elections.Next(Elections.Pair, state, UpstreamsGone);
        Assert.Equal((HaRole.Unfit, HaReason.Upstreams), (result.State.Role, result.State.Reason));
        Assert.True(result.Actions.Has(ElectionDeeds.DropAddresses) && result.Actions.Has(ElectionDeeds.SendHeartbeat));
        Assert.Equal(0, result.Actions.AdvertPriority);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("unfit")]
    [InlineData("untrusted")]
    [InlineData("deaf")]
    public void ActiveWithoutUpstreamsStaysWhereNobodyBetterIs(string peer)
    {
        ElectionState state = Elections.Active(Elections.Pair);
        PeerWord word = peer switch
        {
            "unfit" => Elections.PassivePeer with { Role = HaRole.Unfit, Fit = false, Able = true },
            "deaf" => Elections.PassivePeer with { LanSilent = true },
            _ => Elections.PassivePeer,
        };
        if (peer != "nobody") state = Elections.Hear(Elections.Pair, state, word, times: peer == "untrusted" ? 2 : 6);
        state = Elections.Next(Elections.Pair, state, UpstreamsGone).State;
        Assert.Equal(HaRole.Active, state.Role);
        Assert.False(ElectionViews.OwnWord(Elections.Pair, state, state.SeenNs).Fit);
    }

    [Fact]
    public void ItYieldsAsSoonAsThePeerBecomesFit()
    {
        ElectionState state = Elections.Hear(Elections.Pair, Elections.Active(Elections.Pair), Elections.PassivePeer with { Role = HaRole.Unfit, Fit = false });
        state = Elections.Next(Elections.Pair, state, UpstreamsGone).State;
        Assert.Equal(HaRole.Active, state.Role);
        Assert.Equal(HaRole.Unfit, Elections.Hear(Elections.Pair, state, Elections.PassivePeer, times: 1).Role);
    }

    [Fact]
    public void PassiveWithoutUpstreamsIsUnfitAndFitAgainWithThem()
    {
        ElectionState state = Elections.Hear(Second, Elections.Passive(Second), Elections.ActivePeer);
        state = Elections.Next(Second, state, UpstreamsGone).State;
        Assert.Equal((HaRole.Unfit, HaReason.Upstreams), (state.Role, state.Reason));
        Assert.True(ElectionViews.OwnWord(Second, state, state.SeenNs).Able);
        Assert.Equal((HaRole.Passive, HaReason.FitAgain), (Elections.Next(Second, state, UpstreamsBack).State.Role, Elections.Next(Second, state, UpstreamsBack).State.Reason));
    }

    [Fact]
    public void ItStandsInForADeadPeerWithoutWaitingAnotherInterval()
    {
        ElectionState state = Elections.Hear(Second, Elections.Passive(Second), Elections.ActivePeer);
        state = Elections.Next(Second, state, UpstreamsGone).State;
        state = Elections.Step(Second, state, ElectionEvent.Heartbeat(Elections.ActivePeer), state.SeenNs + Elections.Ms).State;
        state = Elections.Step(Second, state, ElectionEvent.Advert(254, Elections.Other, Elections.Interval), state.SeenNs).State;
        long heard = state.SeenNs;
        long down = Elections.DownNs(Second, 253);
        for (long at = heard + (Elections.Interval / 2); at < heard + down; at += Elections.Interval / 2) state = Elections.Step(Second, state, ElectionEvent.Timer, at).State;
        Assert.Equal(HaRole.Unfit, state.Role);
        Assert.Equal(HaRole.Active, Elections.Step(Second, state, ElectionEvent.Timer, heard + down).State.Role);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ItStandsInAtOnceForAPeerThatLeavesOrIsWorse(bool leaves)
    {
        ElectionState state = Elections.Hear(Second, Elections.Passive(Second), Elections.ActivePeer);
        state = Elections.Next(Second, state, UpstreamsGone).State;
        PeerWord word = Elections.PassivePeer with { Role = HaRole.Unfit, Fit = false, Leaving = leaves, Reason = leaves ? HaReason.Stopping : HaReason.CarrierLost };
        state = Elections.Next(Second, state, ElectionEvent.Heartbeat(word)).State;
        Assert.Equal((HaRole.Active, leaves ? HaReason.PeerLeft : HaReason.PeerYielded), (state.Role, state.Reason));
    }

    [Fact]
    public void ItDoesNotStandInForAPeerWhileItsOwnLinkIsDown()
    {
        ElectionState state = Elections.Hear(Second, Elections.Passive(Second), Elections.ActivePeer);
        state = Elections.Next(Second, state, UpstreamsGone).State;
        state = Elections.Next(Second, state, ElectionEvent.Switch(ElectionEventKind.Carrier, false)).State;
        state = Elections.Next(Second, state, ElectionEvent.Heartbeat(Elections.PassivePeer with { Role = HaRole.Unfit, Fit = false, Leaving = true })).State;
        Assert.Equal((HaRole.Unfit, HaReason.CarrierLost), (state.Role, state.Reason));
    }

    [Fact]
    public void WithBothShortTheHigherRankServesAndTheOtherWaitsOneInterval()
    {
        PeerWord shortPeer = Elections.PassivePeer with { Role = HaRole.Passive, Fit = false, Able = true };
        foreach ((ElectionSettings settings, byte priority, bool first) in new[] { (Elections.Pair, (byte)253, true), (Second, (byte)254, false) })
        {
            ElectionState state = Elections.Next(settings, Elections.Passive(settings), UpstreamsGone).State;
            long due = state.LanDeadlineNs;
            while (state.SeenNs < due) state = Elections.Step(settings, state, ElectionEvent.Heartbeat(shortPeer with { Priority = priority }), Math.Min(due, state.SeenNs + Elections.Interval)).State;
            Assert.Equal(first ? HaRole.Active : HaRole.Passive, state.Role);
        }
    }

    [Fact]
    public void BeforeAForeignPeerItYieldsByPriorityOne()
    {
        ElectionState state = Elections.Next(Elections.Alone, Elections.Active(Elections.Alone), UpstreamsGone).State;
        Assert.Equal(HaRole.Active, state.Role);
        Assert.Equal(1, ElectionViews.Priority(Elections.Alone, state));
        Assert.Equal(HaRole.Passive, Elections.Next(Elections.Alone, state, ElectionEvent.Advert(100, Elections.Other, Elections.Interval)).State.Role);
        Assert.Equal(254, ElectionViews.Priority(Elections.Alone, Elections.Next(Elections.Alone, state, UpstreamsBack).State));
    }

    [Fact]
    public void TooFewLinkPairsAlwaysCount()
    {
        ElectionState state = Elections.Next(Elections.Pair, Elections.Active(Elections.Pair), ElectionEvent.Links(tooFew: true, activePairs: 1)).State;
        Assert.Equal((HaRole.Unfit, HaReason.LinksDown), (state.Role, state.Reason));
        Assert.Equal(HaRole.Passive, Elections.Next(Elections.Pair, state, ElectionEvent.Links(tooFew: false, activePairs: 2)).State.Role);
    }
}
