namespace Limiter.Benchmarks;

/// <summary>Something that limits by key, filled with as many keys as it is asked about.</summary>
internal abstract class Contender
{
    public const double HighRate = 1e6;
    public const double HighBurst = 1e6;

    /// <summary>One token, and the next after a thousand seconds.</summary>
    public const double LowRate = 0.001;
    public const double LowBurst = 1;

    /// <summary>A microsecond passes between two decisions, where the contender lets us say so.</summary>
    public const long StepNs = 1000;

    /// <summary>Decides once for each key.</summary>
    /// <param name="keys">0 .. number of keys - 1.</param>
    /// <param name="nowNs">When the first decision falls.</param>
    /// <returns>How many passed; for a bare access nothing that means anything.</returns>
    public abstract int Pass(ReadOnlySpan<int> keys, long nowNs);
}
