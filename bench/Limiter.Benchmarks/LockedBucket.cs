namespace Limiter.Benchmarks;

/// <summary>The bucket that one writes first: two doubles under a lock, as the value of a ConcurrentDictionary.</summary>
internal sealed class LockedBucket
{
    private readonly double _rate;
    private readonly double _burst;
    private double _tokens;
    private long _lastNs;

    public LockedBucket(double rate, double burst)
    {
        _rate = rate;
        _burst = burst;
        _tokens = burst;
    }

    public bool TryTake(double cost, long nowNs)
    {
        lock (this)
        {
            _tokens = Math.Min(_burst, _tokens + Math.Max(0, nowNs - _lastNs) * _rate / 1e9);
            // Two threads need not come in the order of their times; what was refilled once is not refilled again.
            _lastNs = Math.Max(_lastNs, nowNs);
            if (_tokens < cost) return false;
            _tokens -= cost;
            return true;
        }
    }
}
