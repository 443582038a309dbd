using Appliance.Vrrp;
using Appliance.Vrrp.State;

namespace Vrrp.Tests.State;

/// <summary>The LAN between two nodes is silent and the HA port alive: every combination of what the two can show, played to its end.</summary>
public class EvidenceMatrixTests
{
    private const long Step = 10 * Elections.Ms;

    public static TheoryData<string, string> Combinations()
    {
        var all = new TheoryData<string, string>();
        foreach (LanEvidence active in Enum.GetValues<LanEvidence>())
        {
            foreach (LanEvidence passive in Enum.GetValues<LanEvidence>()) all.Add(active.ToString(), passive.ToString());
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void ExactlyOneServesAndItIsTheOneWithTheBetterEvidence(string activeShows, string passiveShows)
    {
        ElectionSettings[] settings = [Elections.Pair with { Preempt = false }, Elections.Pair with { Primary = false, Preempt = false, LanAddress = Elections.Other, HaAddress = 0xc6336402, PeerHaAddress = 0xc6336401 }];
        LanEvidence[] shows = [Enum.Parse<LanEvidence>(activeShows), Enum.Parse<LanEvidence>(passiveShows)];
        ElectionState[] states = [Elections.Active(settings[0]), Elections.Passive(settings[1])];
        long now = Math.Max(states[0].SeenNs, states[1].SeenNs);
        for (int i = 0; i < 100; i++) now = Play(settings, states, [LanEvidence.CarrierOnly, LanEvidence.CarrierOnly], lan: true, now);
        Assert.Equal((HaRole.Active, HaRole.Passive), (states[0].Role, states[1].Role));

        long two = 0;
        for (int i = 0; i < 200; i++)
        {
            now = Play(settings, states, shows, lan: false, now);
            if (states[0].Asserts && states[1].Asserts) two += Step;
        }

        // Equal and proven: somebody filters adverts between the two, the roles stay. Equal and unproven: the RFC's rule.
        bool passiveServes = shows[1] > shows[0] || (shows[1] == shows[0] && shows[0] != LanEvidence.Proven);
        Assert.Equal((!passiveServes, passiveServes), (states[0].Asserts, states[1].Asserts));
        Assert.True(two <= Elections.Interval, $"two served for {two / 1e6} ms");
    }

    private static long Play(ElectionSettings[] settings, ElectionState[] states, LanEvidence[] shows, bool lan, long now)
    {
        now += Step;
        var events = new Queue<(int To, ElectionEvent Event)>();
        for (int i = 0; i < 2; i++)
        {
            if (shows[i] == LanEvidence.Proven) events.Enqueue((i, new ElectionEvent(ElectionEventKind.EvidenceHeard)));
            events.Enqueue((i, ElectionEvent.Switch(ElectionEventKind.WitnessKnown, shows[i] != LanEvidence.CarrierOnly)));
        }

        while (events.TryDequeue(out (int To, ElectionEvent Event) next))
        {
            (int at, int other) = (next.To, 1 - next.To);
            ElectionResult result = Elections.Step(settings[at], states[at], next.Event, now);
            states[at] = result.State;
            if (result.Actions.Has(ElectionDeeds.SendHeartbeat)) events.Enqueue((other, ElectionEvent.Heartbeat(ElectionViews.OwnWord(settings[at], states[at], now))));
            if (lan && result.Actions.Has(ElectionDeeds.SendAdvert)) events.Enqueue((other, ElectionEvent.Advert(result.Actions.AdvertPriority, settings[at].LanAddress, Elections.Interval)));
        }

        return now;
    }
}
