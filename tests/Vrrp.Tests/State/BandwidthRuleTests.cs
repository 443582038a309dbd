using Appliance.Vrrp;
using Appliance.Vrrp.State;

namespace Vrrp.Tests.State;

/// <summary>Too little traffic: fail over once; if the peer sees too little as well, it was the traffic, and nobody fails over again for it.</summary>
public class BandwidthRuleTests
{
    private static readonly ElectionSettings First = Elections.Pair with { Preempt = false };
    private static readonly ElectionSettings Second = First with { Primary = false };
    private static readonly ElectionEvent Low = ElectionEvent.Switch(ElectionEventKind.BandwidthLow, true);
    private static readonly ElectionEvent Enough = ElectionEvent.Switch(ElectionEventKind.BandwidthLow, false);
    private static readonly PeerWord Yielded = Elections.PassivePeer with { Role = HaRole.Unfit, Fit = false, Able = true, BandwidthFault = true, Reason = HaReason.Bandwidth };

    [Fact]
    public void TooLittleWhileActiveGivesTheRoleToAFitPeer()
    {
        ElectionState state = YieldedFirst();
        Assert.Equal((HaRole.Unfit, HaReason.Bandwidth), (state.Role, state.Reason));
        Assert.True(ElectionViews.OwnWord(First, state, state.SeenNs).BandwidthFault);
    }

    [Fact]
    public void TooLittleWhilePassiveMeansNothing()
    {
        ElectionState state = Elections.Hear(Second, Elections.Passive(Second), Elections.ActivePeer);
        state = Elections.Next(Second, state, Low).State;
        Assert.Equal(HaRole.Passive, state.Role);
        Assert.False(state.BandwidthLow);
    }

    [Fact]
    public void ThePeerThatSeesTooLittleAsWellKeepsTheRole()
    {
        ElectionState state = Elections.Hear(Second, Elections.Active(Second), Yielded);
        state = Elections.Next(Second, state, Low).State;
        Assert.Equal(HaRole.Active, state.Role);

        // The first one takes its verdict back and is fit again; that must not start the same in the other direction.
        state = Elections.Hear(Second, state, Elections.PassivePeer with { Priority = 254 });
        state = Elections.Next(Second, state, Low).State;
        Assert.Equal(HaRole.Active, state.Role);
    }

    [Fact]
    public void TheOneThatYieldedIsFitAgainWhenItWasTheTraffic()
    {
        ElectionState state = YieldedFirst();
        state = Elections.Hear(First, state, Elections.ActivePeer with { BandwidthLow = true, Fit = false });
        Assert.Equal(HaRole.Passive, state.Role);
        Assert.True(state.BandwidthExcused);
    }

    [Fact]
    public void ItStaysUnfitWhileThePeerReceivesEnough()
    {
        ElectionState state = Elections.Hear(First, YieldedFirst(), Elections.ActivePeer, times: 50);
        Assert.Equal((HaRole.Unfit, HaReason.Bandwidth), (state.Role, state.Reason));
        state = Elections.Next(First, state, new ElectionEvent(ElectionEventKind.Reset)).State;
        Assert.Equal(HaRole.Passive, state.Role);
    }

    [Fact]
    public void OnceTheRateWasAboveTheMinimumItCountsAgain()
    {
        ElectionState state = Elections.Hear(Second, Elections.Active(Second), Yielded);
        state = Elections.Next(Second, state, Low).State;
        state = Elections.Next(Second, state, Enough).State;
        state = Elections.Hear(Second, state, Elections.PassivePeer with { Priority = 254 });
        state = Elections.Next(Second, state, Low).State;
        Assert.Equal((HaRole.Unfit, HaReason.Bandwidth), (state.Role, state.Reason));
    }

    [Fact]
    public void AMeasurementOfAnEarlierTermDoesNotCount()
    {
        // Low without a fit peer: it stays. Then the operator takes it out and lets it in again, and a fit peer appears.
        ElectionState state = Elections.Next(First, Elections.Active(First), Low).State;
        state = Elections.Next(First, state, ElectionEvent.Switch(ElectionEventKind.Standby, true)).State;
        state = Elections.Next(First, state, ElectionEvent.Switch(ElectionEventKind.Standby, false)).State;
        for (int i = 0; state.Role != HaRole.Active && i < 20; i++) state = Elections.Step(First, state, ElectionEvent.Timer, state.SeenNs + (Elections.Interval / 2)).State;
        Assert.Equal(HaRole.Active, Elections.Hear(First, state, Elections.PassivePeer).Role);
    }

    [Fact]
    public void ItServesWhenThePeerDies()
    {
        ElectionState state = YieldedFirst();
        for (int i = 0; state.Role != HaRole.Active && i < 20; i++) state = Elections.Step(First, state, ElectionEvent.Timer, state.SeenNs + (Elections.Interval / 2)).State;
        Assert.Equal(HaRole.Active, state.Role);
    }

    private static ElectionState YieldedFirst()
    {
        ElectionState state = Elections.Hear(First, Elections.Active(First), Elections.PassivePeer);
        state = Elections.Next(First, state, Low).State;
        return Elections.Hear(First, state, Elections.ActivePeer, times: 1);
    }
}
