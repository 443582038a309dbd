namespace Appliance.Limiter.Statistics;

/// <summary>
/// A few counters per lane. One writer per lane and plain increments, so counting costs neither a locked instruction nor a shared
/// line; a reader sums the lanes and sees each counter at some recent value.
/// </summary>
internal sealed class LaneCells(int lanes)
{
    public const int Width = 9;

    /// <summary>In longs: 192 bytes, so that wherever the array starts, no cache line holds cells of two lanes.</summary>
    private const int Stride = 24;

    private readonly long[] _cells = new long[lanes * Stride];

    public void Increment(int lane, int cell) => _cells[lane * Stride + cell]++;

    public long Sum(int cell)
    {
        long sum = 0;
        for (int at = cell; at < _cells.Length; at += Stride) sum += Volatile.Read(ref _cells[at]);
        return sum;
    }
}
