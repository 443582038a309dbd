using Appliance.Vrrp;
using Appliance.Vrrp.State;

namespace Vrrp.Tests.State;

/// <summary>Losses of the active role that nobody ordered: they lengthen the preempt delay, and too many lead to Bypass.</summary>
public class FlapRuleTests
{
    private const long Second = 1000 * Elections.Ms;
    private static readonly ElectionSettings Settings = Elections.Pair with { MaximumFlaps = 2, FlapWindowNs = 600 * Second };
    private static readonly ElectionEvent Down = ElectionEvent.Switch(ElectionEventKind.Carrier, false);
    private static readonly ElectionEvent Up = ElectionEvent.Switch(ElectionEventKind.Carrier, true);

    [Theory]
    [InlineData("carrier", 1)]
    [InlineData("links", 1)]
    [InlineData("stalled", 1)]
    [InlineData("outranked", 1)]
    [InlineData("upstreams", 1)]
    [InlineData("standby", 0)]
    [InlineData("handover", 0)]
    [InlineData("stop", 0)]
    public void OnlyLossesThatNobodyOrderedCount(string cause, int flaps)
    {
        ElectionState state = Elections.Hear(Settings, Elections.Active(Settings), Elections.PassivePeer);
        state = Elections.Next(Settings, state, cause switch
        {
            "carrier" => Down,
            "links" => ElectionEvent.Links(true, 0),
            "stalled" => ElectionEvent.Switch(ElectionEventKind.DataPlaneStalled, true),
            "outranked" => ElectionEvent.Heartbeat(Elections.ActivePeer with { Priority = 255 }),
            "upstreams" => ElectionEvent.Switch(ElectionEventKind.UpstreamsShort, true),
            "standby" => ElectionEvent.Switch(ElectionEventKind.Standby, true),
            "handover" => ElectionEvent.Switch(ElectionEventKind.Handover, true),
            _ => new(ElectionEventKind.Stop),
        }).State;
        Assert.NotEqual(HaRole.Active, state.Role);
        Assert.Equal(flaps, ElectionViews.FlapsWithin(Settings, state, state.SeenNs));
    }

    [Fact]
    public void FlapsAreForgottenAfterTheWindow()
    {
        ElectionState state = Elections.Next(Settings, Elections.Active(Settings), Down).State;
        Assert.Equal(1, ElectionViews.FlapsWithin(Settings, state, state.SeenNs + (600 * Second) - 1));
        Assert.Equal(0, ElectionViews.FlapsWithin(Settings, state, state.SeenNs + (600 * Second)));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 2)]
    [InlineData(2, 0, 4)]
    [InlineData(1, 5, 10)]
    [InlineData(3, 5, 40)]
    [InlineData(12, 5, 600)]
    [InlineData(60, 5, 600)]
    public void EachFlapDoublesThePreemptDelay(int flaps, int delaySeconds, int expectedSeconds)
    {
        ElectionSettings settings = Settings with { PreemptDelayNs = delaySeconds * Second, MaximumFlaps = 100 };
        ElectionState state = ElectionState.Begin(settings, 1000 * Second, true, [.. Enumerable.Repeat(999 * Second, flaps)]);
        Assert.Equal(expectedSeconds * Second, ElectionViews.PreemptDelayNs(settings, state, 1000 * Second));
    }

    [Fact]
    public void APreferredNodeThatFlappedWaitsLongerBeforeItAsksForTheRole()
    {
        ElectionState state = Flap(Elections.Active(Settings));
        long since = state.SeenNs;
        while (!ElectionViews.WantsRole(Settings, state, state.SeenNs) && state.SeenNs < since + (10 * Second)) state = Elections.Hear(Settings, state, Elections.ActivePeer, times: 1);
        Assert.InRange(state.SeenNs - since, 2 * Second, 3 * Second);
    }

    [Fact]
    public void OneMoreThanTheMaximumLeadsToBypass()
    {
        ElectionState state = Elections.Active(Settings);
        for (int i = 0; i < 2; i++) state = Regain(Flap(state));
        Assert.Equal(HaRole.Active, state.Role);
        ElectionResult last = Elections.Next(Settings, Elections.Hear(Settings, state, Elections.PassivePeer), Down);
        Assert.Equal((HaRole.Bypass, HaReason.TooManyFlaps), (last.State.Role, last.State.Reason));
        Assert.True(last.Actions.Has(ElectionDeeds.DropAddresses));
    }

    [Fact]
    public void ANodeWithoutAFitPeerGoesOnInsteadOfLeavingTheAddressToNobody()
    {
        ElectionState state = Elections.Active(Settings);
        for (int i = 0; i < 5; i++)
        {
            state = Elections.Next(Settings, state, Down).State;
            state = Elections.Next(Settings, state, Up).State;
            for (int beat = 0; state.Role != HaRole.Active && beat < 20; beat++) state = Elections.Step(Settings, state, ElectionEvent.Timer, state.SeenNs + (Elections.Interval / 2)).State;
            Assert.Equal(HaRole.Active, state.Role);
        }

        // As soon as there is one, the flaps count.
        Assert.Equal(HaRole.Bypass, Elections.Hear(Settings, state, Elections.PassivePeer, times: 1).Role);
    }

    [Fact]
    public void ResetLeavesBypassAndForgetsTheFlaps()
    {
        ElectionState state = Elections.Next(Settings, Bypass(Settings), Up).State;
        state = Elections.Hear(Settings, state, Elections.ActivePeer, times: 100);
        Assert.Equal(HaRole.Bypass, state.Role);
        state = Elections.Next(Settings, state, new ElectionEvent(ElectionEventKind.Reset)).State;
        Assert.Equal((HaRole.Passive, HaReason.Reset, 0), (state.Role, state.Reason, ElectionViews.FlapsWithin(Settings, state, state.SeenNs)));
    }

    [Fact]
    public void TheHoldTimeEndsBypassWhereOneIsSet()
    {
        ElectionSettings settings = Settings with { BypassHoldNs = 5 * Second };
        ElectionState state = Elections.Next(settings, Bypass(settings), Up).State;
        long since = state.SinceNs;
        while (state.Role == HaRole.Bypass && state.SeenNs < since + (20 * Second)) state = Elections.Hear(settings, state, Elections.ActivePeer, times: 1);
        Assert.Equal((HaRole.Passive, HaReason.BypassOver), (state.Role, state.Reason));
        Assert.InRange(state.SeenNs - since, 5 * Second, 5 * Second + Elections.Interval);

        // Its flaps are forgotten, or they would lead straight back.
        Assert.Equal(HaRole.Passive, Elections.Hear(settings, state, Elections.ActivePeer).Role);
    }

    [Fact]
    public void InBypassAnUnfitNodeStaysInBypassAndSaysThatItIsNotFit()
    {
        ElectionState state = Bypass(Settings);
        Assert.False(state.Carrier);
        Assert.Equal(HaRole.Bypass, Elections.Hear(Settings, state, Elections.ActivePeer).Role);
        PeerWord word = ElectionViews.OwnWord(Settings, state, state.SeenNs);
        Assert.Equal((HaRole.Bypass, false, false), (word.Role, word.Fit, word.Able)); // its carrier is down
    }

    [Theory]
    [InlineData("dead")]
    [InlineData("unfit")]
    [InlineData("bypass")]
    public void ItServesAgainWhereNobodyBetterIsLeft(string peer)
    {
        ElectionState state = Elections.Hear(Settings, Elections.Next(Settings, Bypass(Settings), Up).State, Elections.ActivePeer);
        Assert.Equal(HaRole.Bypass, state.Role);
        PeerWord lame = Elections.PassivePeer with { Role = peer == "bypass" ? HaRole.Bypass : HaRole.Unfit, Fit = false, Able = peer == "bypass" };
        for (int i = 0; i < 20 && state.Role != HaRole.Active; i++)
        {
            state = peer == "dead"
                ? Elections.Step(Settings, state, ElectionEvent.Timer, state.SeenNs + (Elections.Interval / 2)).State
                : Elections.Hear(Settings, state, lame, times: 1);
        }

        Assert.Equal(HaRole.Active, state.Role);

        // It gives the role back as soon as somebody fit is there: the flaps still count.
        Assert.Equal(HaRole.Bypass, Elections.Hear(Settings, state, Elections.PassivePeer).Role);
    }

    [Fact]
    public void OfTwoInBypassTheLowerRankWaits()
    {
        ElectionSettings second = Settings with { Primary = false };
        ElectionState state = Elections.Next(second, Bypass(second), Up).State;
        state = Elections.Hear(second, state, Elections.PassivePeer with { Role = HaRole.Bypass, Fit = false, Able = true, Priority = 254 }, times: 50);
        Assert.Equal(HaRole.Bypass, state.Role);
    }

    [Fact]
    public void FlapsOfAnEarlierStartCount()
    {
        ElectionState state = ElectionState.Begin(Settings, 1000 * Second, true, [998 * Second, 999 * Second, 999 * Second]);
        state = Elections.Step(Settings, state, new ElectionEvent(ElectionEventKind.Ready), 1000 * Second).State;
        Assert.Equal(HaRole.Bypass, Elections.Hear(Settings, state, Elections.ActivePeer, times: 1).Role);
    }

    /// <summary>Loses the role to a fit peer by its carrier, and has the carrier back.</summary>
    private static ElectionState Flap(ElectionState active)
    {
        ElectionState state = Elections.Next(Settings, Elections.Hear(Settings, active, Elections.PassivePeer), Down).State;
        return Elections.Next(Settings, state, Up).State;
    }

    private static ElectionState Regain(ElectionState state)
    {
        state = Elections.Hear(Settings, state, Elections.ActivePeer);
        state = Elections.Next(Settings, state, ElectionEvent.Heartbeat(Elections.PassivePeer with { Priority = 253 })).State;
        Assert.Equal(HaRole.Active, state.Role);
        return state;
    }

    private static ElectionState Bypass(ElectionSettings settings)
    {
        ElectionState state = Elections.Active(settings);
        state.Flaps = [state.SeenNs, state.SeenNs];
        state = Elections.Next(settings, Elections.Hear(settings, state, Elections.PassivePeer), Down).State;
        Assert.Equal(HaRole.Bypass, state.Role);
        return state;
    }
}
