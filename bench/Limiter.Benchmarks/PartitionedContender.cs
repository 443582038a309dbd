using System.Threading.RateLimiting;

namespace Limiter.Benchmarks;

/// <summary>System.Threading.RateLimiting as its documentation shows it: a token bucket per partition, replenished by its own timer.</summary>
internal sealed class PartitionedContender : Contender, IDisposable
{
    private readonly PartitionedRateLimiter<int> _limiter;

    public PartitionedContender(int keys, bool accepts)
    {
        int tokens = accepts ? (int)HighBurst : (int)LowBurst;
        _limiter = PartitionedRateLimiter.Create<int, int>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = tokens,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = accepts ? TimeSpan.FromSeconds(1) : TimeSpan.FromHours(1),
            QueueLimit = 0,
            AutoReplenishment = true,
        }));
        for (int key = 0; key < keys; key++) _limiter.AttemptAcquire(key).Dispose();
    }

    public override int Pass(ReadOnlySpan<int> keys, long nowNs)
    {
        int passed = 0;
        foreach (int key in keys)
        {
            using RateLimitLease lease = _limiter.AttemptAcquire(key);
            if (lease.IsAcquired) passed++;
        }

        return passed;
    }

    public void Dispose() => _limiter.Dispose();
}
