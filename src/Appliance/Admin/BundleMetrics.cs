using System.Globalization;
using Appliance.Hosting;
using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>Families of the policy bundle and of what overrides it (policies.md A20).</summary>
internal static class BundleMetrics
{
    public static void Write(MetricsWriter metrics, DaemonSnapshot daemon)
    {
        metrics.Gauge("appliance_no_bundle_loaded", "1 while policies are configured and no bundle is in force.");
        metrics.Sample(daemon is { PolicyFile: not null, Bundle: null } ? 1 : 0);
        if (daemon.Bundle is { } bundle) WriteBundle(metrics, bundle, daemon);
        if (daemon.PolicyFile is not { } file) return;
        metrics.Gauge("appliance_bundle_loaded_seconds", "When the bundle in force was applied, in seconds since 1970; 0: none is.");
        metrics.Sample(file.LoadedAt?.ToUnixTimeMilliseconds() / 1000.0 ?? 0);
        metrics.Gauge("appliance_bundle_error", "1 while the bundle file as it is now is not in force for its mistakes.");
        metrics.Sample(file.Error is null ? 0 : 1);
        metrics.Counter("appliance_bundle_reloads_total", "Bundles put in force and files refused.");
        metrics.Sample(file.Applied, ("result", "applied"));
        metrics.Sample(file.Refused, ("result", "refused"));
    }

    private static void WriteBundle(MetricsWriter metrics, PolicySnapshot bundle, DaemonSnapshot daemon)
    {
        metrics.Gauge("appliance_bundle_info", "The bundle in force.");
        metrics.Sample(1, ("version", bundle.Version.ToString(CultureInfo.InvariantCulture)), ("hash", bundle.Sha256));
        metrics.Gauge("appliance_policies", "Policies of the bundle in force.");
        metrics.Sample(bundle.PolicyCount);
        metrics.Gauge("appliance_rules", "Rules of the bundle in force, fallback limits among them.");
        metrics.Sample(bundle.RuleCount);
        metrics.Gauge("appliance_kill_switches_active", "Kill switches of the bundle that have not expired and are not overridden: more than 0 stops traffic.");
        metrics.Sample(ActiveOverrides.KillSwitches(daemon));
        metrics.Gauge("appliance_global_shadow_active", "1 while every policy is in shadow mode: nothing is enforced.");
        metrics.Sample(ActiveOverrides.GlobalShadow(daemon) ? 1 : 0);
        metrics.Gauge("appliance_kill_switch_override_active", "1 while kill switches are not asked.");
        metrics.Sample(ActiveOverrides.KillSwitchOverride(daemon) ? 1 : 0);
    }
}
