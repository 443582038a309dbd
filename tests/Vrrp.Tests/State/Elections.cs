using Appliance.Vrrp;
using Appliance.Vrrp.State;

namespace Vrrp.Tests.State;

/// <summary>States to start a table row from, reached by events as a node would reach them.</summary>
internal static class Elections
{
    public const long Ms = 1_000_000;
    public const long Interval = 100 * Ms;
    public const long Begin = 5_000 * Ms;
    public const uint Own = 0xc0000201;
    public const uint Other = 0xc0000202;

    public static readonly ElectionSettings Pair = new()
    {
        HasPeer = true,
        Primary = true,
        IntervalNs = Interval,
        FailureThreshold = 3,
        RecoveryThreshold = 5,
        Preempt = true,
        EvidenceWindowNs = 350 * Ms,
        HaAddress = 0xc6336401,
        PeerHaAddress = 0xc6336402,
        LanAddress = Own,
    };

    public static readonly ElectionSettings Alone = Pair with { HasPeer = false };

    public static readonly PeerWord PassivePeer = new() { Role = HaRole.Passive, Priority = 253, Fit = true, LanAddress = Other, Evidence = LanEvidence.CarrierOnly };

    public static readonly PeerWord ActivePeer = PassivePeer with { Role = HaRole.Active };

    public static long DownNs(ElectionSettings settings, int priority) => ElectionTiming.DownNs(settings.FailureThreshold, priority, settings.IntervalNs);

    public static ElectionState Starting(ElectionSettings settings) => ElectionState.Begin(settings, Begin, carrier: true, []);

    public static ElectionState Passive(ElectionSettings settings) =>
        Step(settings, Starting(settings), new ElectionEvent(ElectionEventKind.Ready), Begin).State;

    public static ElectionState Active(ElectionSettings settings)
    {
        ElectionState state = Passive(settings);
        for (int i = 0; state.Role == HaRole.Passive && i < 20; i++) state = Step(settings, state, ElectionEvent.Timer, state.NextDeadlineNs).State;
        Assert.Equal(HaRole.Active, state.Role);
        return state;
    }

    public static ElectionState Unfit(ElectionSettings settings) =>
        Step(settings, Passive(settings), ElectionEvent.Switch(ElectionEventKind.Standby, true), Begin).State;

    /// <summary>A pair: left Active for a peer that was fit then and is not heard any more. Alone: another router's adverts were heard.</summary>
    public static ElectionState Bypass(ElectionSettings settings)
    {
        ElectionState state = Active(settings);
        state.Flaps = [.. Enumerable.Repeat(state.SeenNs, settings.MaximumFlaps + 1)];
        state = settings.HasPeer
            ? Step(settings, state, ElectionEvent.Heartbeat(PassivePeer), state.SeenNs + Ms).State
            : Step(settings, Step(settings, state, ElectionEvent.Advert(255, Other, Interval), state.SeenNs + Ms).State, ElectionEvent.Advert(255, Other, Interval), state.SeenNs + (2 * Ms)).State;
        Assert.Equal(HaRole.Bypass, state.Role);
        return state;
    }

    public static ElectionState In(HaRole role, ElectionSettings settings) => role switch
    {
        HaRole.Starting => Starting(settings),
        HaRole.Passive => Passive(settings),
        HaRole.Active => Active(settings),
        HaRole.Bypass => Bypass(settings),
        _ => Unfit(settings),
    };

    public static ElectionResult Step(ElectionSettings settings, in ElectionState state, in ElectionEvent happened, long nowNs) =>
        Election.Step(settings, state, happened, nowNs);

    /// <summary>The event a moment after the state's last step.</summary>
    public static ElectionResult Next(ElectionSettings settings, in ElectionState state, in ElectionEvent happened) =>
        Election.Step(settings, state, happened, state.SeenNs + Ms);

    /// <summary>Hears the same word often enough to trust the peer.</summary>
    public static ElectionState Hear(ElectionSettings settings, ElectionState state, PeerWord word, int times = 6)
    {
        for (int i = 0; i < times; i++)
        {
            state = Step(settings, state, ElectionEvent.Heartbeat(word), state.SeenNs + (Interval / 2)).State;
            if (word.Role == HaRole.Active && state.Role == HaRole.Passive) state = Step(settings, state, ElectionEvent.Advert(word.Priority, Other, Interval), state.SeenNs).State;
            state = Step(settings, state, ElectionEvent.Timer, state.SeenNs + (Interval / 2)).State;
        }

        return state;
    }
}
