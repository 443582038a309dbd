namespace Appliance.Limiter;

/// <summary>The public names of <see cref="DecisionReason"/>, as they appear in headers, logs and metric labels.</summary>
public static class DecisionReasons
{
    internal const int Count = (int)DecisionReason.TokenInvalid + 1;

    /// <summary>The snake_case name; "unknown" for a number outside the enum.</summary>
    public static string Name(DecisionReason reason) => reason switch
    {
        DecisionReason.NoBundleLoaded => "no_bundle_loaded",
        DecisionReason.NoMatchingPolicy => "no_matching_policy",
        DecisionReason.AllRulesPassed => "all_rules_passed",
        DecisionReason.TokenBucketExceeded => "token_bucket_exceeded",
        DecisionReason.DescriptorMissing => "descriptor_missing",
        DecisionReason.TableFull => "table_full",
        DecisionReason.KillSwitch => "kill_switch",
        DecisionReason.BudgetExceeded => "budget_exceeded",
        DecisionReason.TpmExceeded => "tpm_exceeded",
        DecisionReason.TpdExceeded => "tpd_exceeded",
        DecisionReason.PromptTokensExceeded => "prompt_tokens_exceeded",
        DecisionReason.MaxTokensPerRequestExceeded => "max_tokens_per_request_exceeded",
        DecisionReason.ConcurrencyExceeded => "concurrency_exceeded",
        DecisionReason.LoopDetected => "loop_detected",
        DecisionReason.CircuitBreakerOpen => "circuit_breaker_open",
        DecisionReason.BudgetWarn => "budget_warn",
        DecisionReason.BudgetThrottle => "budget_throttle",
        DecisionReason.TooManyDelayed => "too_many_delayed",
        DecisionReason.TokenInvalid => "token_invalid",
        _ => "unknown",
    };

    /// <summary>The same name in ASCII; constant memory, allocates nothing.</summary>
    public static ReadOnlySpan<byte> Utf8Name(DecisionReason reason) => reason switch
    {
        DecisionReason.NoBundleLoaded => "no_bundle_loaded"u8,
        DecisionReason.NoMatchingPolicy => "no_matching_policy"u8,
        DecisionReason.AllRulesPassed => "all_rules_passed"u8,
        DecisionReason.TokenBucketExceeded => "token_bucket_exceeded"u8,
        DecisionReason.DescriptorMissing => "descriptor_missing"u8,
        DecisionReason.TableFull => "table_full"u8,
        DecisionReason.KillSwitch => "kill_switch"u8,
        DecisionReason.BudgetExceeded => "budget_exceeded"u8,
        DecisionReason.TpmExceeded => "tpm_exceeded"u8,
        DecisionReason.TpdExceeded => "tpd_exceeded"u8,
        DecisionReason.PromptTokensExceeded => "prompt_tokens_exceeded"u8,
        DecisionReason.MaxTokensPerRequestExceeded => "max_tokens_per_request_exceeded"u8,
        DecisionReason.ConcurrencyExceeded => "concurrency_exceeded"u8,
        DecisionReason.LoopDetected => "loop_detected"u8,
        DecisionReason.CircuitBreakerOpen => "circuit_breaker_open"u8,
        DecisionReason.BudgetWarn => "budget_warn"u8,
        DecisionReason.BudgetThrottle => "budget_throttle"u8,
        DecisionReason.TooManyDelayed => "too_many_delayed"u8,
        DecisionReason.TokenInvalid => "token_invalid"u8,
        _ => "unknown"u8,
    };
}
