using Appliance.Vrrp;
using Appliance.Vrrp.State;

namespace Vrrp.Tests.State;

/// <summary>Bypass with `passthrough`: the addresses are held at priority 1 while nobody fit is there.</summary>
public class PassthroughRuleTests
{
    private static readonly ElectionSettings Settings = Elections.Pair with { MaximumFlaps = 0, Bypass = HaBypassAction.Passthrough };
    private static readonly PeerWord Lame = Elections.PassivePeer with { Role = HaRole.Unfit, Fit = false };

    [Fact]
    public void WithoutAFitPeerItTakesTheAddressesBackAtPriorityOne()
    {
        ElectionResult held = Bypass(Lame);
        Assert.True(held.State.Asserts);
        Assert.Equal(1, held.Actions.AdvertPriority);
        Assert.True(held.Actions.Has(ElectionDeeds.TakeAddresses) && held.Actions.Has(ElectionDeeds.AnnounceSeries));

        // And goes on saying so, once an interval.
        long due = held.State.AdvertAtNs;
        ElectionResult beat = Elections.Step(Settings, held.State, ElectionEvent.Timer, due);
        Assert.True(beat.Actions.Has(ElectionDeeds.SendAdvert));
        Assert.Equal(1, beat.Actions.AdvertPriority);
    }

    [Fact]
    public void WithAFitPeerItHoldsNothing()
    {
        ElectionState state = Bypass(Elections.PassivePeer).State;
        Assert.Equal((HaRole.Bypass, false), (state.Role, state.Asserts));
    }

    [Fact]
    public void WhenThePeerDiesItHoldsTheAddressesAfterTheDownInterval()
    {
        ElectionState state = Elections.Hear(Settings, Bypass(Elections.PassivePeer).State, Elections.ActivePeer);
        Assert.False(state.Asserts);
        long heard = state.SeenNs;
        while (!state.Asserts && state.SeenNs < heard + (20 * Elections.Interval)) state = Elections.Step(Settings, state, ElectionEvent.Timer, state.NextDeadlineNs).State;
        Assert.InRange(state.SeenNs - heard, 2 * Elections.Interval, Elections.DownNs(Settings, 254) + Elections.Interval);
    }

    [Theory]
    [InlineData("advert")]
    [InlineData("heartbeat")]
    [InlineData("carrier")]
    [InlineData("reset")]
    [InlineData("stop")]
    public void ItLetsGoAtOnce(string cause)
    {
        ElectionState state = cause == "advert" ? Elections.Step(Settings, Silent(), ElectionEvent.Timer, Silent().NextDeadlineNs).State : Bypass(Lame).State;
        Assert.True(state.Asserts);
        ElectionResult result = Elections.Next(Settings, state, cause switch
        {
            "advert" => ElectionEvent.Advert(100, Elections.Other, Elections.Interval),
            "heartbeat" => ElectionEvent.Heartbeat(Elections.ActivePeer),
            "carrier" => ElectionEvent.Switch(ElectionEventKind.Carrier, false),
            "reset" => new(ElectionEventKind.Reset),
            _ => new(ElectionEventKind.Stop),
        });
        Assert.False(result.State.Asserts);
        Assert.True(result.Actions.Has(ElectionDeeds.DropAddresses));
    }

    [Fact]
    public void APeerInBypassDoesNotKeepAFitNodeFromServingAndIsNoForger()
    {
        ElectionSettings second = Elections.Pair with { Primary = false };
        PeerWord bypassed = Elections.PassivePeer with { Role = HaRole.Bypass, Fit = false, Priority = 254 };
        ElectionState state = Elections.Passive(second);
        for (int i = 0; i < 10 && state.Role == HaRole.Passive; i++)
        {
            state = Elections.Step(second, state, ElectionEvent.Heartbeat(bypassed), state.SeenNs + (Elections.Interval / 2)).State;
            ElectionResult heard = Elections.Step(second, state, ElectionEvent.Advert(1, Elections.Other, Elections.Interval), state.SeenNs + (Elections.Interval / 2));
            Assert.False(heard.Actions.Has(ElectionDeeds.CountSpoof));
            state = heard.State;
        }

        Assert.Equal(HaRole.Active, state.Role);
    }

    [Theory]
    [InlineData("advert 0")]
    [InlineData("word")]
    public void TheHolderSpeaksWhenAnotherLetsGo(string how)
    {
        ElectionState state = Bypass(Lame).State;
        state = Elections.Step(Settings, state, ElectionEvent.Timer, state.AdvertAtNs).State;
        PeerWord holds = Elections.PassivePeer with { Role = HaRole.Bypass, Fit = false, Able = true, BypassHolds = true };
        if (how == "word") state = Elections.Next(Settings, state, ElectionEvent.Heartbeat(holds)).State;
        Assert.True(state.Asserts);
        ElectionSettings settings = how == "word" ? Settings : Settings with { HasPeer = false };
        ElectionResult result = Elections.Next(settings, state, how == "word" ? ElectionEvent.Heartbeat(holds with { BypassHolds = false }) : ElectionEvent.Advert(0, Elections.Other, Elections.Interval));
        Assert.True(result.State.Asserts);
        Assert.True(result.Actions.Has(ElectionDeeds.AnnounceOnce) && result.Actions.Has(ElectionDeeds.SendAdvert));
        Assert.Equal(1, result.Actions.AdvertPriority);
    }

    private static ElectionResult Bypass(PeerWord peer)
    {
        ElectionState state = Elections.Hear(Settings, Elections.Active(Settings), peer);
        state = Elections.Next(Settings, state, ElectionEvent.Switch(ElectionEventKind.DataPlaneStalled, true)).State;
        Assert.Equal((HaRole.Bypass, false), (state.Role, state.Asserts));
        return Elections.Next(Settings, state, ElectionEvent.Switch(ElectionEventKind.DataPlaneStalled, false));
    }

    /// <summary>In Bypass, holding nothing yet, with a peer that is not heard on any path.</summary>
    private static ElectionState Silent()
    {
        ElectionState state = Elections.Active(Settings);
        state = Elections.Next(Settings, state, ElectionEvent.Switch(ElectionEventKind.DataPlaneStalled, true)).State;
        state = Elections.Next(Settings, state, ElectionEvent.Switch(ElectionEventKind.DataPlaneStalled, false)).State;
        while (state.NextDeadlineNs < state.LanDeadlineNs) state = Elections.Step(Settings, state, ElectionEvent.Timer, state.NextDeadlineNs).State;
        return state;
    }
}
