using Appliance.Hosting;
using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>
/// Families of decisions (policies.md A20). Policies, rules and keys are named by the bundle; no label holds what a client sent.
/// </summary>
internal static class DecisionMetrics
{
    public static void Write(MetricsWriter metrics, DaemonSnapshot daemon)
    {
        WriteQuestions(metrics, daemon.Decisions);
        if (daemon.PolicyStatistics is not { } statistics) return;
        WriteOutcomes(metrics, statistics);
        WriteTimes(metrics, statistics);
        metrics.Counter("appliance_override_decisions_total", "Decisions while an override was in force.");
        metrics.Sample(statistics.Overrides.GlobalShadow, ("override", "global_shadow"));
        metrics.Sample(statistics.Overrides.KillSwitchOverride, ("override", "kill_switch_override"));
    }

    private static void WriteQuestions(MetricsWriter metrics, DecisionStatistics decisions)
    {
        metrics.Counter("appliance_decision_requests_total", "Questions to the decision API.");
        metrics.Sample(decisions.Asked);
        metrics.Counter("appliance_decision_refused_total", "Questions to the decision API that were not put to the engine.");
        for (var fault = DecisionFault.Untrusted; fault <= DecisionFault.BadHost; fault++)
            metrics.Sample(decisions.RefusedBy(fault), ("reason", DecisionRefusal.NameOf(fault)));
        metrics.Counter("appliance_debug_sessions_total", "Logins to debug sessions.");
        metrics.Sample(decisions.SessionsBegun, ("result", "begun"));
        metrics.Sample(decisions.SessionsRefused, ("result", "refused"));
    }

    private static void WriteOutcomes(MetricsWriter metrics, PolicyStatistics statistics)
    {
        metrics.Counter("appliance_decisions_total", "Decisions by outcome; those of shadow policies in addition.");
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
        WriteRows(metrics, statistics.Decisions.Where(row => row is { Action: "reject", Mode: "enforce" }));
        metrics.Counter("appliance_shadow_rejections_total", "Rejections that clients would have seen if the policy were enforced.");
        WriteRows(metrics, statistics.Decisions.Where(row => row is { Action: "reject", Mode: "shadow" }));
        metrics.Counter("appliance_requests_delayed_total", "Requests let through after a delay.");
        WriteRows(metrics, statistics.Decisions.Where(row => row is { Action: "throttle", Mode: "enforce" }));
    }

    private static void WriteRows(MetricsWriter metrics, IEnumerable<DecisionCount> rows)
    {
        foreach (DecisionCount row in rows)
            metrics.Sample(row.Count, ("reason", DecisionReasons.Name(row.Reason)), ("policy", row.Policy), ("rule", row.Rule));
    }

    private static void WriteTimes(MetricsWriter metrics, PolicyStatistics statistics)
    {
        metrics.Histogram("appliance_decision_duration_seconds", "Time of one evaluation.");
        metrics.Buckets(statistics.Durations, 1e-9);
        metrics.Histogram("appliance_retry_after_seconds", "Retry-After of rejections.");
        metrics.Buckets(statistics.RetryAfter, 1);
    }
}
