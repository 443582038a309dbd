namespace Appliance.Limiter.Statistics;

/// <summary>
/// A few counters per lane. One writer per lane and plain increments, so counting costs neither a locked instruction nor a shared
/// line; a reader sums the lanes and sees each counter at some recent value.
/// </summary>
internal sealed class LaneCells(int lanes, int width)
{
    /// <summary>In longs, at least 120 bytes between lanes: wherever the array starts, no cache line and no pair of them holds cells of two lanes.</summary>
    private readonly int _stride = width + 15;
    private readonly long[] _cells = new long[lanes * (width + 15)];

    public void Increment(int lane, int cell) => _cells[lane * _stride + cell]++;

    public void Add(int lane, int cell, long amount) => _cells[lane * _stride + cell] += amount;

    /// <summary>A value instead of a count; see <see cref="Max"/> and <see cref="Latest"/>.</summary>
    public void Set(int lane, int cell, long value) => Volatile.Write(ref _cells[lane * _stride + cell], value);

    public long Max(int cell)
    {
        long most = 0;
        for (int at = cell; at < _cells.Length; at += _stride) most = Math.Max(most, Volatile.Read(ref _cells[at]));
        return most;
    }

    /// <summary>The value of the lane whose stamp is the highest; null when every stamp is 0. The two are read one after the other.</summary>
    public long? Latest(int stamp, int cell)
    {
        long newest = 0;
        long? value = null;
        for (int lane = 0; lane < _cells.Length; lane += _stride)
        {
            long at = Volatile.Read(ref _cells[lane + stamp]);
            if (at <= newest) continue;
            (newest, value) = (at, Volatile.Read(ref _cells[lane + cell]));
        }

        return value;
    }

    public long Sum(int cell)
    {
        long sum = 0;
        for (int at = cell; at < _cells.Length; at += _stride) sum += Volatile.Read(ref _cells[at]);
        return sum;
    }
}
