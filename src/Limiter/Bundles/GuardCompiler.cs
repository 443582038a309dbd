using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`loop_detection` and `circuit_breaker` of a policy (part B sections 1.9 and 1.10).</summary>
internal static class GuardCompiler
{
    private const int MaxThreshold = 1_000_000_000;
    private const int SecondsPerMinute = 60;

    /// <summary>Null when absent, not enabled, or after an error, which leaves <paramref name="spec"/> unsound.</summary>
    public static LoopDetection? Loop(FieldReader spec)
    {
        if (Enabled(spec, "loop_detection", "window_seconds", "threshold_identical_requests", "action", "similarity") is not { } fields) return null;
        int window = fields.RequiredInteger("window_seconds", 1, TimeUnits.MaxFillSeconds);
        int threshold = fields.RequiredInteger("threshold_identical_requests", 2, MaxThreshold);
        LoopAction action = fields.Choice("action", "reject", "throttle", "warn") switch
        {
            "throttle" => LoopAction.Throttle,
            "warn" => LoopAction.Warn,
            _ => LoopAction.Reject,
        };
        _ = fields.Choice("similarity", "exact");
        if (!fields.IsSound) spec.Invalidate();
        return new LoopDetection(window, threshold, action);
    }

    /// <summary>Null when absent, not enabled, or after an error, which leaves <paramref name="spec"/> unsound.</summary>
    public static SpendBreaker? Breaker(FieldReader spec, PolicyRule[] rules)
    {
        if (Enabled(spec, "circuit_breaker", "spend_rate_threshold_per_minute", "action", "auto_reset_after_minutes", "alert") is not { } fields) return null;
        decimal threshold = CostBudgetCompiler.BudgetField(fields, "spend_rate_threshold_per_minute", required: true, instanceShare: 1) ?? 1;
        _ = fields.Choice("action", "reject");
        long resetSeconds = ResetSeconds(fields);
        bool alert = fields.Flag("alert", absent: false);
        if (!fields.IsSound)
        {
            spec.Invalidate();
            return null;
        }

        CostSource? cost = rules.Length == 0 ? null : rules[0].Algorithm switch
        {
            BucketLimit bucket => bucket.Cost,
            CostBudget budget => budget.Cost,
            _ => null,
        };
        decimal fixedCost = cost?.DefaultCost ?? 1;
        var scale = PeriodBudget.Compile(threshold, BudgetPeriod.FiveMinutes, [fixedCost], cost is { Kind: not CostSourceKind.Fixed });
        return new SpendBreaker
        {
            Threshold = scale,
            Cost = cost?.On(scale) ?? new CostSource(CostSourceKind.Fixed, [], scale, 1),
            CountsLlmTokens = rules is [{ Algorithm.Kind: AlgorithmKind.TokenBucketLlm }, ..],
            Key = rules.FirstOrDefault(r => r.LimitKeys.Length > 0)?.LimitKeys[0],
            AutoResetSeconds = resetSeconds,
            IsAlerting = alert,
        };
    }

    /// <summary>The fields of a guard that is switched on; else null, and what a guard that is off contains does not matter.</summary>
    private static FieldReader? Enabled(FieldReader spec, string name, params ReadOnlySpan<string> known)
    {
        if (spec.OptionalTable(name) is not { } node) return null;
        spec.Findings.LintUnknown(node, ["enabled", .. known]);
        var fields = new FieldReader(node, spec.Findings, name + ".");
        bool enabled = fields.Flag("enabled", absent: false);
        if (!fields.IsSound) spec.Invalidate();
        if (!fields.Has("enabled")) fields.Lint("enabled", $"{name} does nothing without \"enabled\": true");
        return enabled ? fields : null;
    }

    private static long ResetSeconds(FieldReader fields)
    {
        if (fields.Table.Member("auto_reset_after_minutes") is not { } node) return 0;
        if (BundleNumber.TryRead(node, out decimal minutes, out string remark) && minutes >= 0)
            return (long)Math.Ceiling(Math.Min(minutes, TimeUnits.MaxFillSeconds) * SecondsPerMinute);
        fields.RefuseAt(node, $"auto_reset_after_minutes must be a number >= 0{remark}");
        return 0;
    }
}
