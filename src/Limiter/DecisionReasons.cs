namespace Appliance.Limiter;

/// <summary>The public names of <see cref="DecisionReason"/>, as they appear in headers, logs and metric labels.</summary>
public static class DecisionReasons
{
    /// <summary>The snake_case name; "unknown" for a number outside the enum.</summary>
    public static string Name(DecisionReason reason) => reason switch
    {
        DecisionReason.NoBundleLoaded => "no_bundle_loaded",
        DecisionReason.NoMatchingPolicy => "no_matching_policy",
        DecisionReason.AllRulesPassed => "all_rules_passed",
        DecisionReason.TokenBucketExceeded => "token_bucket_exceeded",
        DecisionReason.DescriptorMissing => "descriptor_missing",
        DecisionReason.TableFull => "table_full",
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
        _ => "unknown"u8,
    };
}
