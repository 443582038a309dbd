using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>Decisions under the reference's names. Only what clients got counts; shadows have a family of their own.</summary>
internal static class FairvisorDecisions
{
    public static void Write(MetricsWriter metrics, PolicyStatistics statistics, PolicySnapshot? bundle)
    {
        DecisionCount[] rows = [.. statistics.Decisions.Where(row => row.Mode == "enforce")];
        metrics.Counter("fairvisor_decisions_total", "Decisions by outcome.");
        foreach (var group in rows.GroupBy(row => (row.Action, row.Reason, row.Policy)))
        {
            metrics.Sample(
                group.Sum(row => row.Count),
                ("action", group.Key.Action),
                ("policy", group.Key.Policy),
                ("reason", DecisionReasons.Name(group.Key.Reason)),
                ("route", RouteOf(bundle, group.Key.Policy)));
        }

        metrics.Counter("fairvisor_requests_rejected_total", "Rejections that clients saw.");
        WriteRejects(metrics, rows);
        metrics.Counter("fairvisor_shadow_rejections_total", "Rejections that clients would have seen if the policy were enforced.");
        WriteRejects(metrics, statistics.Decisions.Where(row => row.Mode == "shadow"));
        metrics.Counter("fairvisor_route_matches_total", "Decisions by whether a policy selected the request.");
        metrics.Sample(rows.Where(row => row.Reason == DecisionReason.NoMatchingPolicy).Sum(row => row.Count), ("matched", "false"));
        metrics.Sample(rows.Where(row => row.Reason is not (DecisionReason.NoMatchingPolicy or DecisionReason.NoBundleLoaded or DecisionReason.KillSwitch))
            .Sum(row => row.Count), ("matched", "true"));
        metrics.Histogram("fairvisor_decision_duration_seconds", "Time of one evaluation.");
        metrics.Buckets(statistics.Durations, 1e-9);
        WriteRetryAfter(metrics, statistics.RetryAfter);
        metrics.Counter("fairvisor_global_shadow_decisions_total", "Decisions while every policy was in shadow mode.");
        metrics.Sample(statistics.Overrides.GlobalShadow, ("mode", "runtime_override"));
        metrics.Counter("fairvisor_kill_switch_override_skips_total", "Decisions for which kill switches were not asked.");
        metrics.Sample(statistics.Overrides.KillSwitchOverride);
    }

    /// <summary>Empty for what no policy decided, or one that the bundle in force lacks.</summary>
    public static string RouteOf(PolicySnapshot? bundle, string policy) => bundle?.RouteOf(policy) ?? "";

    private static void WriteRejects(MetricsWriter metrics, IEnumerable<DecisionCount> rows)
    {
        foreach (var group in rows.Where(row => row.Action == "reject").GroupBy(row => (row.Reason, row.Policy)))
            metrics.Sample(group.Sum(row => row.Count), ("policy", group.Key.Policy), ("reason", DecisionReasons.Name(group.Key.Reason)));
    }

    /// <summary>Each bucket alone, as the reference counts them, not summed up as in a histogram.</summary>
    private static void WriteRetryAfter(MetricsWriter metrics, HistogramCount seconds)
    {
        metrics.Counter("fairvisor_retry_after_bucket_total", "Retry-After of rejections, by bucket of seconds; each counts once.");
        for (int at = 0; at < seconds.Bounds.Length; at++) metrics.Sample(seconds.Counts[at], ("bucket", $"le_{seconds.Bounds[at]}"));
        if (seconds.Bounds.Length > 0) metrics.Sample(seconds.Counts[^1], ("bucket", $"gt_{seconds.Bounds[^1]}"));
    }
}
