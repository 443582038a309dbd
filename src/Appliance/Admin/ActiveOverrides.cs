using Appliance.Hosting;
using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>What overrides the policies at the moment of a snapshot, whoever asked for it.</summary>
internal static class ActiveOverrides
{
    /// <summary>Every policy is in shadow mode.</summary>
    public static bool GlobalShadow(DaemonSnapshot daemon) => IsInForce(daemon.Bundle?.GlobalShadow, daemon);

    /// <summary>Kill switches are not asked.</summary>
    public static bool KillSwitchOverride(DaemonSnapshot daemon) => IsInForce(daemon.Bundle?.KillSwitchOverride, daemon);

    /// <summary>How many kill switches stop requests now.</summary>
    public static int KillSwitches(DaemonSnapshot daemon) =>
        daemon.Bundle is { } bundle && !KillSwitchOverride(daemon) ? bundle.KillSwitchesInForce(daemon.At) : 0;

    private static bool IsInForce(RuntimeOverride? one, DaemonSnapshot daemon) => one is not null && one.IsActiveAt(daemon.At.ToUnixTimeSeconds());
}
