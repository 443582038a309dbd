using Appliance.Hosting;
using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>What overrides the policies at the moment of a snapshot. Null: nothing does.</summary>
internal static class ActiveOverrides
{
    public static RuntimeOverride? GlobalShadow(DaemonSnapshot daemon) => InForce(daemon.Bundle?.GlobalShadow, daemon);

    public static RuntimeOverride? KillSwitchOverride(DaemonSnapshot daemon) => InForce(daemon.Bundle?.KillSwitchOverride, daemon);

    /// <summary>How many kill switches stop requests now.</summary>
    public static int KillSwitches(DaemonSnapshot daemon) =>
        daemon.Bundle is { } bundle && KillSwitchOverride(daemon) is null ? bundle.KillSwitchesInForce(daemon.At) : 0;

    private static RuntimeOverride? InForce(RuntimeOverride? one, DaemonSnapshot daemon) => one is not null && one.IsActiveAt(daemon.At.ToUnixTimeSeconds()) ? one : null;
}
