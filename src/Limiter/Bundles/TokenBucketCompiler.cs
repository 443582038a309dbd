using System.Text;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`algorithm_config` of a token_bucket.</summary>
internal static class TokenBucketCompiler
{
    private const decimal LeastBurst = 0.000001m;

    /// <summary>Null after an error.</summary>
    public static BucketLimit? Compile(BundleNode config, BundleFindings findings)
    {
        findings.LintUnknown(config, "tokens_per_second", "rps", "burst", "cost_source", "fixed_cost", "default_cost");
        decimal? rate = Rate(config, findings);
        decimal? burst = Required(config, "burst", findings);
        bool sound = TryCostSource(config, findings, out CostSourceKind kind, out string name);
        sound &= TryCost(config, "fixed_cost", findings, out decimal fixedCost);
        sound &= TryCost(config, "default_cost", findings, out decimal defaultCost);
        if (rate is null || burst is null || !sound || !IsInRange(config, rate.Value, burst.Value, findings)) return null;

        decimal cost = kind == CostSourceKind.Fixed ? fixedCost : defaultCost;
        if (cost > burst) findings.Lint(config, "every request costs more than the burst: the rule rejects all of them");
        var bucket = TokenBucket.Compile(rate.Value, burst.Value, [cost], kind != CostSourceKind.Fixed);
        return new BucketLimit(bucket, new CostSource(kind, Encoding.ASCII.GetBytes(name), bucket, cost));
    }

    private static decimal? Rate(BundleNode config, BundleFindings findings)
    {
        // With both given, tokens_per_second wins; a broken alias beside it is reported all the same.
        decimal? alias = BundleValue.Positive(config, "rps", findings, "rps must be a positive number");
        if (config.Member("tokens_per_second") is not null)
            return BundleValue.Positive(config, "tokens_per_second", findings, "tokens_per_second must be a positive number");
        if (config.Member("rps") is null) findings.Error(config, "tokens_per_second or rps is required");
        return alias;
    }

    private static decimal? Required(BundleNode config, string field, BundleFindings findings)
    {
        if (config.Member(field) is null) findings.Error(config, $"{field} is required");
        return BundleValue.Positive(config, field, findings, $"{field} must be a positive number");
    }

    private static bool TryCost(BundleNode config, string field, BundleFindings findings, out decimal cost)
    {
        cost = 1;
        if (config.Member(field) is null) return true;
        decimal? value = BundleValue.Positive(config, field, findings, $"{field} must be a positive number");
        cost = value ?? 1;
        return value is not null;
    }

    private static bool IsInRange(BundleNode config, decimal rate, decimal burst, BundleFindings findings)
    {
        BundleNode at = config.Member("burst") ?? config;
        string? message = null;
        if (burst < rate) message = "burst must be >= tokens_per_second";
        else if (rate > TokenBucket.MaxTokensPerSecond) message = $"tokens_per_second must be at most {TokenBucket.MaxTokensPerSecond}";
        else if (burst is < LeastBurst or > TokenBucket.MaxTokens) message = $"burst must be between {LeastBurst} and {TokenBucket.MaxTokens}";
        else if (burst / TimeUnits.MaxFillSeconds > rate) message = "an empty bucket would take more than 366 days to fill";
        if (message is not null) findings.Error(at, message);
        return message is null;
    }

    private static bool TryCostSource(BundleNode config, BundleFindings findings, out CostSourceKind kind, out string name)
    {
        kind = CostSourceKind.Fixed;
        name = "";
        if (config.Member("cost_source") is not { } node) return true;
        string text = node.IsString ? node.Text : "";
        if (text == "fixed") return true;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        kind = colon < 0 ? CostSourceKind.Fixed : text[..colon] switch
        {
            "header" => CostSourceKind.Header,
            "query" => CostSourceKind.Query,
            _ => CostSourceKind.Fixed,
        };
        name = text[(colon + 1)..];
        if (kind == CostSourceKind.Header) name = LimitKeyCompiler.HeaderName(name);
        if (kind != CostSourceKind.Fixed && LimitKeyCompiler.IsName(name)) return true;
        findings.Error(node, "cost_source must be fixed, header:<name>, or query:<name>");
        return false;
    }
}
