using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`algorithm_config` of a token_bucket (part B section 2.1).</summary>
internal static class TokenBucketCompiler
{
    private const string RateField = "tokens_per_second";
    private const string RateAlias = "rps";

    /// <summary>Null after an error.</summary>
    public static BucketLimit? Compile(FieldReader fields, int instanceShare)
    {
        fields.Findings.LintUnknown(fields.Table, AlgorithmCompiler.Repeated, RateField, RateAlias, "burst", "cost_source", "fixed_cost", "default_cost");
        string rateField = fields.Has(RateField) ? RateField : RateAlias;
        if (!fields.Has(rateField)) fields.Refuse(rateField, "tokens_per_second or rps is required");
        // With both given, tokens_per_second wins; a broken alias beside it is reported all the same.
        decimal? alias = fields.Positive(RateAlias);
        decimal rate = (rateField == RateField ? fields.Positive(RateField) : alias) ?? 1;
        decimal burst = fields.RequiredPositive("burst");
        CostFields cost = CostFields.Read(fields, "cost_source");
        if (!fields.IsSound) return null;
        if (burst < rate) fields.Refuse("burst", "burst must be >= tokens_per_second");
        rate /= instanceShare;
        burst /= instanceShare;
        BucketRange.Check(fields, rateField, rate, "burst", burst);
        if (!fields.IsSound) return null;

        if (cost.Cost > burst) fields.Findings.Lint(fields.Table, "every request costs more than the burst: the rule rejects all of them");
        var bucket = TokenBucket.Compile(rate, burst, [cost.Cost], cost.IsForeign);
        return new BucketLimit(bucket, cost.On(bucket));
    }
}
