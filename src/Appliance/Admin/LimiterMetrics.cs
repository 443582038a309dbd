using System.Globalization;
using Appliance.Hosting;
using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>Families of policies and table (policies.md A20). Policy and rule names come from the bundle; no label holds a key or a path.</summary>
internal static class LimiterMetrics
{
    public static void Write(MetricsWriter metrics, DaemonSnapshot daemon)
    {
        WriteBundle(metrics, daemon);
        WriteDecisionApi(metrics, daemon.Decisions);
        if (daemon.PolicyStatistics is { } statistics) WriteDecisions(metrics, statistics);
        if (daemon.Table is { } table) WriteTable(metrics, table);
    }

    private static void WriteBundle(MetricsWriter metrics, DaemonSnapshot daemon)
    {
        metrics.Gauge("appliance_no_bundle_loaded", "1 while policies are configured and no bundle is in force.");
        metrics.Sample(daemon is { PolicyFile: not null, Bundle: null } ? 1 : 0);
        if (daemon.Bundle is { } bundle)
        {
            metrics.Gauge("appliance_bundle_info", "The bundle in force.");
            metrics.Sample(1, ("version", bundle.Version.ToString(CultureInfo.InvariantCulture)), ("hash", bundle.Sha256));
        }

        if (daemon.PolicyFile is not { } file) return;
        metrics.Counter("appliance_bundle_reloads_total", "Bundles put in force and files refused.");
        metrics.Sample(file.Applied, ("result", "applied"));
        metrics.Sample(file.Refused, ("result", "refused"));
    }

    private static void WriteDecisionApi(MetricsWriter metrics, DecisionStatistics decisions)
    {
        metrics.Histogram("appliance_decision_duration_seconds", "Time of one evaluation asked for over the decision API.");
        (long[] counts, double sumSeconds) = decisions.Durations();
        metrics.Buckets(DecisionStatistics.BoundsSeconds, counts, sumSeconds);
        metrics.Counter("appliance_decision_refused_total", "Questions to the decision API that were not put to the engine.");
        metrics.Sample(decisions.RefusedBy(DecisionFault.Untrusted), ("reason", "untrusted"));
        metrics.Sample(decisions.RefusedBy(DecisionFault.TooLong), ("reason", "too_long"));
        metrics.Sample(decisions.RefusedBy(DecisionFault.BadTarget), ("reason", "bad_target"));
    }

    private static void WriteDecisions(MetricsWriter metrics, PolicyStatistics statistics)
    {
        metrics.Counter("appliance_decisions_total", "Decisions by outcome.");
        foreach (DecisionCount row in statistics.Decisions)
        {
            metrics.Sample(
                row.Count,
                ("action", row.Action),
                ("reason", DecisionReasons.Name(row.Reason)),
                ("policy", row.Policy),
                ("rule", row.Rule),
                ("mode", row.Mode));
        }

        metrics.Counter("appliance_requests_rejected_total", "Rejections that clients saw.");
        foreach (DecisionCount row in statistics.Decisions)
        {
            if (row is not { Action: "reject", Mode: "enforce" }) continue;
            metrics.Sample(row.Count, ("reason", DecisionReasons.Name(row.Reason)), ("policy", row.Policy), ("rule", row.Rule));
        }

        metrics.Counter("appliance_descriptor_missing_total", "Limit keys that were missing from a request.");
        foreach (DescriptorMissCount row in statistics.DescriptorMisses) metrics.Sample(row.Count, ("key", row.Key), ("policy", row.Policy));
        metrics.Counter("appliance_token_verifications_total", "Bearer tokens that no cache knew: good, bad, or skipped because too many had been wrongly signed.");
        metrics.Sample(statistics.TokenVerifications.Good, ("result", "good"));
        metrics.Sample(statistics.TokenVerifications.Bad, ("result", "bad"));
        metrics.Sample(statistics.TokenVerifications.Skipped, ("result", "skipped"));
        metrics.Counter("appliance_table_full_total", "Rules that found no slot for their key.");
        foreach (TableFullCount row in statistics.TableFull) metrics.Sample(row.Count, ("policy", row.Policy), ("rule", row.Rule));
    }

    private static void WriteTable(MetricsWriter metrics, LimiterTableStatus table)
    {
        metrics.Gauge("appliance_limiter_slots", "Slots of the limiter table.");
        metrics.Sample(table.Used, ("state", "used"));
        metrics.Sample(table.Slots - table.Used, ("state", "free"));
        metrics.Counter("appliance_limiter_evictions_total", "Slots whose full bucket was forgotten for another key.");
        metrics.Sample(table.Evicted);
        metrics.Gauge("appliance_limiter_bytes", "Pinned memory of the table.");
        metrics.Sample(table.Bytes);
        metrics.Gauge("appliance_limiter_locked", "1 when the table is locked in memory.");
        metrics.Sample(table.Locked ? 1 : 0);
    }
}
