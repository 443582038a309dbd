using Appliance.Vrrp.State;

namespace Appliance.Vrrp.Transport;

/// <summary>
/// A takeover and a stop played once at start, with time that is made up and ports that reach nothing. Code that runs for the first time
/// is resolved then, not in the moment for which this program exists.
/// </summary>
internal static class Rehearsal
{
    private const long BeginNs = 1_000_000_000;
    private const int MaximumTurns = 64;

    /// <summary>Nothing of it is seen outside, but for a change of addresses that the kernel refuses. Returns the role reached before the stop.</summary>
    public static HaRole Play(GroupAddresses group)
    {
        group.Addresses.Rehearse();
        return Play(group.Driver);
    }

    /// <summary>The part without a kernel.</summary>
    public static HaRole Play(DriverSettings settings)
    {
        // Without a peer, nobody must be heard before the role may be taken.
        DriverSettings alone = settings with { Election = settings.Election with { HasPeer = false }, KnownFlaps = [] };
        var driver = new ElectionDriver(alone, null, new QuietPorts(), new HaTallies(), BeginNs, carrier: true);
        driver.Apply(new ElectionEvent(ElectionEventKind.Ready), BeginNs);
        long nowNs = BeginNs;
        for (int turn = 0; turn < MaximumTurns && driver.State.Role != HaRole.Active; turn++)
        {
            nowNs = driver.NextDeadlineNs;
            driver.OnTimer(nowNs);
        }

        driver.Apply(ElectionEvent.Advert(1, 1, settings.Election.IntervalNs), nowNs); // a lower one: insist
        driver.OnTimer(driver.NextDeadlineNs);
        HaRole reached = driver.State.Role;
        driver.Apply(ElectionEvent.Switch(ElectionEventKind.Carrier, false), nowNs);
        driver.Apply(new ElectionEvent(ElectionEventKind.Stop), nowNs);
        return reached;
    }
}
