namespace Appliance.Limiter.Rules;

/// <summary>`concurrency`: requests in flight at the same time, released on completion (A16).</summary>
/// <param name="limit">At least 1.</param>
/// <param name="retryAfterSeconds">What a rejected client is told, at least 1.</param>
internal sealed class ConcurrencyLimit(int limit, int retryAfterSeconds) : Algorithm(AlgorithmKind.Concurrency)
{
    public const int MostInFlight = 1_000_000_000;
    public const int DefaultRetryAfterSeconds = 1;

    public int Limit { get; } = limit;

    public int RetryAfterSeconds { get; } = retryAfterSeconds;
}
