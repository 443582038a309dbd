using System.Collections.Immutable;

namespace Appliance.Limiter.Statistics;

/// <summary>Observations by size, in lanes as <see cref="LaneCells"/> has them.</summary>
/// <param name="lanes">Number of lanes.</param>
/// <param name="bounds">Upper bounds of the buckets, inclusive, rising; what is larger than the last has a bucket of its own.</param>
internal sealed class HistogramCells(int lanes, ImmutableArray<long> bounds)
{
    private readonly LaneCells _cells = new(lanes, bounds.Length + 2);
    private readonly int _sum = bounds.Length + 1;

    public void Observe(int lane, long value)
    {
        int bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket]) bucket++;
        _cells.Increment(lane, bucket);
        _cells.Add(lane, _sum, value);
    }

    public HistogramCount Read() => new(bounds, [.. Enumerable.Range(0, bounds.Length + 1).Select(_cells.Sum)], _cells.Sum(_sum));
}
