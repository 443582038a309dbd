using System.Collections.Concurrent;

namespace Limiter.Benchmarks;

/// <summary>A ConcurrentDictionary of buckets, each under its lock.</summary>
internal sealed class DictionaryContender : Contender
{
    private readonly ConcurrentDictionary<int, LockedBucket> _buckets;
    private readonly double _rate;
    private readonly double _burst;

    public DictionaryContender(int keys, bool accepts)
    {
        (_rate, _burst) = accepts ? (HighRate, HighBurst) : (LowRate, LowBurst);
        _buckets = new ConcurrentDictionary<int, LockedBucket>(Environment.ProcessorCount, keys);
        for (int key = 0; key < keys; key++)
        {
            var bucket = new LockedBucket(_rate, _burst);
            bucket.TryTake(1, DecisionMatrix.StartNs);
            _buckets[key] = bucket;
        }
    }

    public override int Pass(ReadOnlySpan<int> keys, long nowNs)
    {
        int passed = 0;
        foreach (int key in keys)
        {
            LockedBucket bucket = _buckets.GetOrAdd(key, static (_, self) => new LockedBucket(self._rate, self._burst), this);
            if (bucket.TryTake(1, nowNs += StepNs)) passed++;
        }

        return passed;
    }
}
