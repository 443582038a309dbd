using Appliance.Hosting;
using Appliance.Limiter;

namespace Appliance.Admin;

/// <summary>Limits, tokens and guards under the reference's names. Its labels know no rule: figures of a policy's rules are added up, of what is left the least is shown.</summary>
internal static class FairvisorLimits
{
    public static void Write(MetricsWriter metrics, PolicyStatistics statistics, DaemonSnapshot daemon)
    {
        PolicySnapshot? bundle = daemon.Bundle;
        metrics.Gauge("fairvisor_ratelimit_remaining", "What the tightest limit had left after the latest request.");
        foreach (var group in statistics.LimitsLeft.GroupBy(row => row.Policy)) WriteLeft(metrics, "request", group.Key, group.Min(row => row.Left), bundle);
        WriteTokens(metrics, statistics, bundle);
        metrics.Counter("fairvisor_loop_detected_total", "Requests that repeat themselves.");
        foreach (var group in statistics.Policies.Where(row => row.Loops > 0).GroupBy(row => FairvisorDecisions.RouteOf(bundle, row.Policy)))
            metrics.Sample(group.Sum(row => row.Loops), ("route", group.Key));
        metrics.Gauge("fairvisor_circuit_state", "1 while the policy's spend breaker is open.");
        foreach (PolicyCount row in statistics.Policies.Where(row => row.HasBreaker))
            metrics.Sample(row.BreakerOpenUntilMs > daemon.At.ToUnixTimeMilliseconds() ? 1 : 0, ("target", row.Policy));
        metrics.Counter("fairvisor_policy_evaluations_total", "Requests that came to the policy.");
        foreach (PolicyCount row in statistics.Policies) metrics.Sample(row.Evaluations, ("policy_id", row.Policy));
        metrics.Counter("fairvisor_descriptor_missing_total", "Limit keys that were missing from a request.");
        foreach (var group in statistics.DescriptorMisses.GroupBy(row => row.Key)) metrics.Sample(group.Sum(row => row.Count), ("key", group.Key));
        metrics.Counter("fairvisor_limiter_result_total", "What limiters said.");
        foreach (LimiterResultCount row in statistics.LimiterResults)
        {
            metrics.Sample(row.Allowed, ("algorithm", row.Algorithm), ("allowed", "true"));
            metrics.Sample(row.Denied, ("algorithm", row.Algorithm), ("allowed", "false"));
        }
    }

    private static void WriteTokens(MetricsWriter metrics, PolicyStatistics statistics, PolicySnapshot? bundle)
    {
        metrics.Counter("fairvisor_tokens_consumed_total", "Tokens of language models.");
        foreach (var group in statistics.LlmTokens.GroupBy(row => row.Policy))
        {
            string route = FairvisorDecisions.RouteOf(bundle, group.Key);
            metrics.Sample(group.Sum(row => row.Reserved), ("policy", group.Key), ("route", route), ("type", "reserved"));
            metrics.Sample(group.Sum(row => row.Actual), ("policy", group.Key), ("route", route), ("type", "actual"));
        }

        metrics.Gauge("fairvisor_tokens_remaining", "Tokens that the limit had left after the latest request.");
        foreach (var group in statistics.LlmTokens.GroupBy(row => row.Policy))
        {
            WriteLeft(metrics, "tpm", group.Key, group.Min(row => row.MinuteLeft), bundle);
            WriteLeft(metrics, "tpd", group.Key, group.Min(row => row.DayLeft), bundle);
        }

        metrics.Gauge("fairvisor_token_estimation_accuracy_ratio", "Tokens used divided by those set aside.");
        var settled = statistics.LlmTokens.Where(row => row.Estimated > 0);
        foreach (var group in settled.GroupBy(row => (FairvisorDecisions.RouteOf(bundle, row.Policy), bundle?.EstimatorOf(row.Policy, row.Rule) ?? "")))
        {
            double ratio = (double)group.Sum(row => row.Actual) / group.Sum(row => row.Estimated);
            metrics.Sample(ratio, ("estimator", group.Key.Item2), ("route", group.Key.Item1));
        }

        metrics.Counter("fairvisor_token_reservation_unused_total", "Tokens set aside and given back.");
        foreach (var group in statistics.LlmTokens.GroupBy(row => FairvisorDecisions.RouteOf(bundle, row.Policy)))
            metrics.Sample(group.Sum(row => row.Unused), ("route", group.Key));
    }

    private static void WriteLeft(MetricsWriter metrics, string window, string policy, long? left, PolicySnapshot? bundle)
    {
        if (left is { } known) metrics.Sample(known, ("policy", policy), ("route", FairvisorDecisions.RouteOf(bundle, policy)), ("window", window));
    }
}
