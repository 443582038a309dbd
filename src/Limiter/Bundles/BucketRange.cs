using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>What <see cref="TokenBucket"/> can count.</summary>
internal static class BucketRange
{
    private const decimal LeastBurst = 0.000001m;

    /// <param name="fields">Takes the error.</param>
    /// <param name="rateField">The field that the rate comes from.</param>
    /// <param name="rate">Tokens per second.</param>
    /// <param name="burstField">The field that the burst comes from.</param>
    /// <param name="burst">Tokens.</param>
    public static void Check(FieldReader fields, string rateField, decimal rate, string burstField, decimal burst)
    {
        if (rate > TokenBucket.MaxTokensPerSecond)
            fields.Refuse(rateField, $"{rateField} must be at most {TokenBucket.MaxTokensPerSecond} tokens a second");
        else if (burst is < LeastBurst or > TokenBucket.MaxTokens)
            fields.Refuse(burstField, $"{burstField} must be between {LeastBurst} and {TokenBucket.MaxTokens}");
        else if (burst / TimeUnits.MaxFillSeconds > rate)
            fields.Refuse(burstField, "an empty bucket would take more than 366 days to fill");
    }
}
