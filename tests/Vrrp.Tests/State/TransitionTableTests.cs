using Appliance.Vrrp;
using Appliance.Vrrp.State;

namespace Vrrp.Tests.State;

/// <summary>Every pair of state and event of the table above <see cref="Election"/>, one row each.</summary>
public class TransitionTableTests
{
    public static TheoryData<string, HaRole, string, HaRole, string> Rows()
    {
        const string Word = "SendHeartbeat";
        const string Left = "DropAddresses, SendHeartbeat, SendAdvert, Notify";
        const string Taken = "SendHeartbeat, SendAdvert, TakeAddresses, AnnounceSeries, Notify";
        const string Insist = "SendHeartbeat, SendAdvert, AnnounceOnce, LogDualActive";
        var rows = new TheoryData<string, HaRole, string, HaRole, string>();
        void Row(string mode, HaRole from, string happened, HaRole to, string deeds = "None") => rows.Add(mode, from, happened, to, deeds);
        foreach (string mode in new[] { "pair", "alone" })
        {
            Row(mode, HaRole.Starting, "ready", HaRole.Passive, Word + ", Notify");
            Row(mode, HaRole.Starting, "advert 0", HaRole.Starting);
            Row(mode, HaRole.Starting, "advert lower", HaRole.Starting);
            Row(mode, HaRole.Starting, "advert higher", HaRole.Starting);
            Row(mode, HaRole.Starting, "carrier down", HaRole.Starting);
            Row(mode, HaRole.Starting, "standby", HaRole.Starting);
            Row(mode, HaRole.Starting, "stalled", HaRole.Starting);
            Row(mode, HaRole.Starting, "handover", HaRole.Starting);
            Row(mode, HaRole.Starting, "stop", HaRole.Unfit, Word + ", Notify");
            Row(mode, HaRole.Passive, "ready", HaRole.Passive);
            Row(mode, HaRole.Passive, "advert 0", HaRole.Passive);
            Row(mode, HaRole.Passive, "advert lower", HaRole.Passive);
            Row(mode, HaRole.Passive, "advert equal, greater address", HaRole.Passive);
            Row(mode, HaRole.Passive, "advert higher", HaRole.Passive);
            Row(mode, HaRole.Passive, "carrier down", HaRole.Unfit, Word + ", Notify");
            Row(mode, HaRole.Passive, "standby", HaRole.Unfit, Word + ", Notify");
            Row(mode, HaRole.Passive, "stalled", HaRole.Unfit, Word + ", Notify");
            Row(mode, HaRole.Passive, "handover", HaRole.Passive);
            Row(mode, HaRole.Passive, "stop", HaRole.Unfit, Word + ", Notify");
            Row(mode, HaRole.Active, "ready", HaRole.Active);
            Row(mode, HaRole.Active, "advert 0", HaRole.Active, "SendHeartbeat, SendAdvert, AnnounceOnce");
            Row(mode, HaRole.Active, "advert lower", HaRole.Active, Insist);
            Row(mode, HaRole.Active, "advert equal, smaller address", HaRole.Active, Insist);
            Row(mode, HaRole.Active, "advert equal, greater address", HaRole.Passive, Left);
            Row(mode, HaRole.Active, "advert higher", HaRole.Passive, Left);
            Row(mode, HaRole.Active, "carrier down", HaRole.Unfit, Left);
            Row(mode, HaRole.Active, "standby", HaRole.Unfit, Left);
            Row(mode, HaRole.Active, "stalled", HaRole.Unfit, Left);
            Row(mode, HaRole.Active, "handover", HaRole.Active);
            Row(mode, HaRole.Active, "stop", HaRole.Unfit, Left);
            foreach (string happened in new[] { "upstreams", "bandwidth" })
            {
                // With no peer heard there is nobody to yield to; a foreign one is told by the next advert's priority.
                foreach (HaRole role in new[] { HaRole.Starting, HaRole.Passive, HaRole.Active, HaRole.Unfit, HaRole.Bypass }) Row(mode, role, happened, role);
            }

            Row(mode, HaRole.Starting, "links", HaRole.Starting);
            Row(mode, HaRole.Passive, "links", HaRole.Unfit, Word + ", Notify");
            Row(mode, HaRole.Active, "links", HaRole.Unfit, Left);
            Row(mode, HaRole.Unfit, "links", HaRole.Unfit);
            foreach (HaRole role in new[] { HaRole.Starting, HaRole.Passive, HaRole.Active, HaRole.Unfit }) Row(mode, role, "reset", role);
            foreach (string happened in new[] { "ready", "advert 0", "advert lower", "advert higher", "carrier down", "standby", "stalled", "links", "handover" })
            {
                Row(mode, HaRole.Bypass, happened, HaRole.Bypass);
            }

            Row(mode, HaRole.Bypass, "reset", HaRole.Passive, Word + ", Notify");
            Row(mode, HaRole.Bypass, "stop", HaRole.Unfit, Word + ", Notify");
            Row(mode, HaRole.Unfit, "ready", HaRole.Unfit);
            Row(mode, HaRole.Unfit, "advert 0", HaRole.Unfit);
            Row(mode, HaRole.Unfit, "advert lower", HaRole.Unfit);
            Row(mode, HaRole.Unfit, "advert higher", HaRole.Unfit);
            Row(mode, HaRole.Unfit, "carrier down", HaRole.Unfit);
            Row(mode, HaRole.Unfit, "unblocked", HaRole.Passive, Word + ", Notify");
            Row(mode, HaRole.Unfit, "handover", HaRole.Unfit);
            Row(mode, HaRole.Unfit, "stop", HaRole.Unfit, Word);
        }

        foreach (HaRole role in new[] { HaRole.Starting, HaRole.Passive, HaRole.Active, HaRole.Unfit, HaRole.Bypass })
        {
            Row("pair", role, "evidence", role);
            Row("pair", role, "witness known", role);
            Row("pair", role, "heartbeat passive", role, role == HaRole.Active ? "SendHeartbeat, SendAdvert, AnnounceOnce" : "None");
            if (role != HaRole.Active) Row("pair", role, "heartbeat active", role);
        }

        Row("pair", HaRole.Active, "heartbeat active", HaRole.Active, Insist);
        Row("pair", HaRole.Active, "heartbeat active, higher", HaRole.Passive, Left);
        Row("owner", HaRole.Starting, "ready", HaRole.Active, Taken);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void EachPairOfStateAndEventHasItsOutcome(string mode, HaRole from, string happened, HaRole to, string deeds)
    {
        ElectionSettings settings = mode switch { "pair" => Elections.Pair, "alone" => Elections.Alone, _ => Elections.Alone with { Priority = 255 } };
        ElectionState before = Elections.In(from, settings);
        if (before.HeartbeatAtNs <= before.SeenNs + Elections.Ms) before.HeartbeatAtNs += Elections.Interval; // the beat itself is another test
        ElectionResult result = Elections.Next(settings, before, EventOf(happened));
        Assert.Equal(to, result.State.Role);
        Assert.Equal(deeds, result.Actions.Deeds.ToString());
        if (happened == "handover") Assert.NotEqual(HandoverRefusal.None, result.Actions.Refusal);
    }

    private static ElectionEvent EventOf(string happened) => happened switch
    {
        "ready" => new(ElectionEventKind.Ready),
        "advert 0" => ElectionEvent.Advert(0, Elections.Other, Elections.Interval),
        "advert lower" => ElectionEvent.Advert(100, Elections.Other, Elections.Interval),
        "advert equal, smaller address" => ElectionEvent.Advert(254, Elections.Own - 1, Elections.Interval),
        "advert equal, greater address" => ElectionEvent.Advert(254, Elections.Own + 1, Elections.Interval),
        "advert higher" => ElectionEvent.Advert(255, Elections.Other, Elections.Interval),
        "carrier down" => ElectionEvent.Switch(ElectionEventKind.Carrier, false),
        "standby" => ElectionEvent.Switch(ElectionEventKind.Standby, true),
        "unblocked" => ElectionEvent.Switch(ElectionEventKind.Standby, false),
        "stalled" => ElectionEvent.Switch(ElectionEventKind.DataPlaneStalled, true),
        "evidence" => new(ElectionEventKind.EvidenceHeard),
        "witness known" => ElectionEvent.Switch(ElectionEventKind.WitnessKnown, true),
        "links" => ElectionEvent.Links(tooFew: true, activePairs: 0),
        "upstreams" => ElectionEvent.Switch(ElectionEventKind.UpstreamsShort, true),
        "bandwidth" => ElectionEvent.Switch(ElectionEventKind.BandwidthLow, true),
        "reset" => new(ElectionEventKind.Reset),
        "handover" => ElectionEvent.Switch(ElectionEventKind.Handover, true),
        "heartbeat passive" => ElectionEvent.Heartbeat(Elections.PassivePeer),
        "heartbeat active" => ElectionEvent.Heartbeat(Elections.ActivePeer),
        "heartbeat active, higher" => ElectionEvent.Heartbeat(Elections.ActivePeer with { Priority = 255 }),
        _ => new(ElectionEventKind.Stop),
    };
}
