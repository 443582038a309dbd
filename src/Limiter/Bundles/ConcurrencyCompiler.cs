using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>`algorithm_config` of a concurrency rule (A16): `limit`, and `retry_after_seconds` for those who are turned away.</summary>
internal static class ConcurrencyCompiler
{
    private const int MaxRetryAfterSeconds = 86_400;

    /// <summary>Null after an error.</summary>
    public static ConcurrencyLimit? Compile(FieldReader fields, int instanceShare)
    {
        fields.Findings.LintUnknown(fields.Table, AlgorithmCompiler.Repeated, "limit", "retry_after_seconds");
        int limit = fields.RequiredInteger("limit", 1, ConcurrencyLimit.MostInFlight);
        int retryAfter = fields.Integer("retry_after_seconds", 1, MaxRetryAfterSeconds) ?? ConcurrencyLimit.DefaultRetryAfterSeconds;
        // A share of less than one request would stop all of them.
        return fields.IsSound ? new ConcurrencyLimit(Math.Max(1, limit / instanceShare), retryAfter) : null;
    }
}
