using System.Collections.Immutable;

namespace Appliance.Limiter;

/// <summary>A histogram at one moment.</summary>
/// <param name="Bounds">Upper bounds of the buckets, inclusive, rising.</param>
/// <param name="Counts">One more than bounds: observations of each bucket alone, the last above every bound.</param>
/// <param name="Sum">Of all observations.</param>
public sealed record HistogramCount(ImmutableArray<long> Bounds, ImmutableArray<long> Counts, long Sum)
{
    /// <summary>Nothing was observed.</summary>
    public static HistogramCount Empty { get; } = new([], [0], 0);
}
