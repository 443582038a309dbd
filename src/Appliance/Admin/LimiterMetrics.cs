using Appliance.Hosting;
using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>Families of limiters and their table (policies.md A20). Policies, rules and keys are named by the bundle; no label holds what a client sent.</summary>
internal static class LimiterMetrics
{
    public static void Write(MetricsWriter metrics, DaemonSnapshot daemon)
    {
        if (daemon.PolicyStatistics is { } statistics)
        {
            WriteLimiters(metrics, statistics);
            WritePolicies(metrics, statistics, daemon.At.ToUnixTimeMilliseconds());
            WriteTokens(metrics, statistics);
        }

        if (daemon.Table is { } table) WriteTable(metrics, table);
    }

    private static void WriteLimiters(MetricsWriter metrics, PolicyStatistics statistics)
    {
        metrics.Counter("appliance_limiter_results_total", "What limiters said, one for each rule that a request was put to; shadows among them.");
        foreach (LimiterResultCount row in statistics.LimiterResults)
        {
            metrics.Sample(row.Allowed, ("algorithm", row.Algorithm), ("allowed", "true"));
            metrics.Sample(row.Denied, ("algorithm", row.Algorithm), ("allowed", "false"));
        }

        metrics.Gauge("appliance_limit_remaining", "What the limit had left after the latest request that it was the tightest of, whichever key that was.");
        foreach (LimitLeftCount row in statistics.LimitsLeft) metrics.Sample(row.Left, ("policy", row.Policy), ("rule", row.Rule));
        metrics.Counter("appliance_descriptor_missing_total", "Limit keys that were missing from a request.");
        foreach (DescriptorMissCount row in statistics.DescriptorMisses) metrics.Sample(row.Count, ("key", row.Key), ("policy", row.Policy));
        metrics.Counter("appliance_token_verifications_total", "Bearer tokens that no cache knew: good, bad, or skipped because too many had been wrongly signed.");
        metrics.Sample(statistics.TokenVerifications.Good, ("result", "good"));
        metrics.Sample(statistics.TokenVerifications.Bad, ("result", "bad"));
        metrics.Sample(statistics.TokenVerifications.Skipped, ("result", "skipped"));
        metrics.Counter("appliance_table_full_total", "Rules that found no slot for their key.");
        foreach (TableFullCount row in statistics.TableFull) metrics.Sample(row.Count, ("policy", row.Policy), ("rule", row.Rule));
    }

    private static void WritePolicies(MetricsWriter metrics, PolicyStatistics statistics, long nowMs)
    {
        metrics.Counter("appliance_policy_evaluations_total", "Requests that came to the policy.");
        foreach (PolicyCount row in statistics.Policies) metrics.Sample(row.Evaluations, ("policy", row.Policy));
        metrics.Counter("appliance_loop_detected_total", "Requests that repeat themselves, whatever became of them.");
        foreach (PolicyCount row in statistics.Policies.Where(row => row.Loops > 0)) metrics.Sample(row.Loops, ("policy", row.Policy));
        metrics.Gauge("appliance_circuit_open", "1 while the policy's spend breaker is open for at least one key.");
        foreach (PolicyCount row in statistics.Policies.Where(row => row.HasBreaker)) metrics.Sample(row.BreakerOpenUntilMs > nowMs ? 1 : 0, ("policy", row.Policy));
        metrics.Counter("appliance_circuit_opened_total", "Openings of the policy's spend breaker, its shadow among them.");
        foreach (BreakerCount row in statistics.Breakers) metrics.Sample(row.Opened, ("policy", row.Policy));
    }

    private static void WriteTokens(MetricsWriter metrics, PolicyStatistics statistics)
    {
        metrics.Counter("appliance_llm_tokens_total", "Tokens of language models: set aside by decisions, used by responses, given back by them.");
        foreach (LlmTokenCount row in statistics.LlmTokens)
        {
            metrics.Sample(row.Reserved, ("type", "reserved"), ("policy", row.Policy), ("rule", row.Rule));
            metrics.Sample(row.Actual, ("type", "actual"), ("policy", row.Policy), ("rule", row.Rule));
            metrics.Sample(row.Unused, ("type", "unused"), ("policy", row.Policy), ("rule", row.Rule));
        }

        metrics.Gauge("appliance_llm_estimation_accuracy_ratio", "Tokens used divided by those set aside, of responses whose usage is known.");
        foreach (LlmTokenCount row in statistics.LlmTokens.Where(row => row.Estimated > 0))
            metrics.Sample((double)row.Actual / row.Estimated, ("policy", row.Policy), ("rule", row.Rule));
        metrics.Gauge("appliance_llm_tokens_remaining", "Tokens that the minute's and the day's limit had left after the latest request, whichever key that was.");
        foreach (LlmTokenCount row in statistics.LlmTokens)
        {
            if (row.MinuteLeft is { } minute) metrics.Sample(minute, ("window", "minute"), ("policy", row.Policy), ("rule", row.Rule));
            if (row.DayLeft is { } day) metrics.Sample(day, ("window", "day"), ("policy", row.Policy), ("rule", row.Rule));
        }
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
