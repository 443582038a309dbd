using Appliance.Hosting;

namespace Appliance.Admin;

/// <summary>What overrides the policies at the moment of a snapshot, whoever asked for it.</summary>
internal static class ActiveOverrides
{
    /// <summary>Every policy is in shadow mode.</summary>
    public static bool GlobalShadow(DaemonSnapshot daemon) => daemon.Overrides.Any(one => one.Name == "global_shadow");

    /// <summary>Kill switches are not asked.</summary>
    public static bool KillSwitchOverride(DaemonSnapshot daemon) => daemon.Overrides.Any(one => one.Name == "kill_switch_override");

    /// <summary>How many kill switches stop requests now.</summary>
    public static int KillSwitches(DaemonSnapshot daemon) =>
        daemon.Bundle is { } bundle && !KillSwitchOverride(daemon) ? bundle.KillSwitchesInForce(daemon.At) : 0;
}
