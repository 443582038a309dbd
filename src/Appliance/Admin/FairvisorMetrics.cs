using System.Globalization;
using Appliance.Hosting;

namespace Appliance.Admin;

/// <summary>
/// The reference's names for the same figures (policies.md part B section 4), for dashboards that know those. `route` is what the policy's selector
/// says of paths, where the reference writes the raw path; figures are of the whole process. What tells of its service in the cloud is not here, but
/// for one that alerts ask for.
/// </summary>
internal static class FairvisorMetrics
{
    public static void Write(MetricsWriter metrics, DaemonSnapshot daemon)
    {
        WriteState(metrics, daemon);
        metrics.Counter("fairvisor_handler_invocations_total", "Questions to the decision API.");
        metrics.Sample(daemon.Decisions.Asked);
        metrics.Counter("fairvisor_evaluate_errors_total", "Questions that were not put to the engine.");
        for (var fault = DecisionFault.Untrusted; fault <= DecisionFault.BadHost; fault++)
            metrics.Sample(daemon.Decisions.RefusedBy(fault), ("reason", DecisionRefusal.NameOf(fault)));
        if (daemon.PolicyStatistics is not { } statistics) return;
        FairvisorDecisions.Write(metrics, statistics, daemon.Bundle);
        FairvisorLimits.Write(metrics, statistics, daemon);
    }

    private static void WriteState(MetricsWriter metrics, DaemonSnapshot daemon)
    {
        metrics.Gauge("fairvisor_build_info", "The running version.");
        metrics.Sample(1, ("version", daemon.Version));
        metrics.Gauge("fairvisor_no_bundle_loaded", "1 while policies are configured and no bundle is in force.");
        metrics.Sample(daemon is { PolicyFile: not null, Bundle: null } ? 1 : 0);
        metrics.Gauge("fairvisor_saas_disconnected_seconds", "Always 0: policies come from a file.");
        metrics.Sample(0);
        if (daemon.PolicyFile is { } file)
        {
            metrics.Counter("fairvisor_bundle_reloads_total", "Bundles put in force and files refused.");
            metrics.Sample(file.Applied, ("result", "applied"));
            metrics.Sample(file.Refused, ("result", "refused"));
        }

        if (daemon.Bundle is not { } bundle) return;
        metrics.Gauge("fairvisor_config_info", "The bundle in force.");
        metrics.Sample(1, ("hash", bundle.Sha256), ("version", bundle.Version.ToString(CultureInfo.InvariantCulture)));
        metrics.Gauge("fairvisor_bundle_version", "bundle_version of the bundle in force.");
        metrics.Sample((double)bundle.Version);
        metrics.Gauge("fairvisor_kill_switch_active", "1 while a kill switch is in force.");
        metrics.Sample(ActiveOverrides.KillSwitches(daemon) > 0 ? 1 : 0, ("scope", "request"));
        double shadow = ActiveOverrides.GlobalShadow(daemon) ? 1 : 0;
        metrics.Gauge("fairvisor_shadow_mode_active", "1 while every policy is in shadow mode.");
        metrics.Sample(shadow, ("scope", "request"));
        metrics.Gauge("fairvisor_global_shadow_active", "1 while every policy is in shadow mode.");
        metrics.Sample(shadow);
        metrics.Gauge("fairvisor_kill_switch_override_active", "1 while kill switches are not asked.");
        metrics.Sample(ActiveOverrides.KillSwitchOverride(daemon) ? 1 : 0);
    }
}
