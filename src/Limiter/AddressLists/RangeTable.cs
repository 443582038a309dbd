using System.Numerics;

namespace Appliance.Limiter.AddressLists;

/// <summary>
/// Address space cut into ranges without gaps, each with the value of the longest prefix that covers it. A range is found through a table over the highest
/// 16 bits and a binary search among those that share them. Immutable.
/// </summary>
/// <typeparam name="T">uint for IPv4, UInt128 for IPv6.</typeparam>
internal sealed class RangeTable<T>
    where T : struct, IBinaryInteger<T>
{
    private const int IndexBits = 16;

    private readonly T[] _starts;
    private readonly int[] _values;

    /// <summary>For each prefix of 16 bits the first range that begins in it or behind.</summary>
    private readonly int[] _index;
    private readonly int _shift;

    /// <param name="ranges">In order; the first begins at 0. A range ends where the next one begins.</param>
    public RangeTable(List<ValueRange> ranges)
    {
        _starts = [.. ranges.Select(range => T.CreateTruncating(range.Start))];
        _values = [.. ranges.Select(range => range.Value)];
        _shift = T.Zero.GetByteCount() * 8 - IndexBits;
        _index = new int[(1 << IndexBits) + 1];
        int at = 0;
        for (int prefix = 0; prefix < _index.Length; prefix++)
        {
            while (at < _starts.Length && PrefixOf(_starts[at]) < prefix) at++;
            _index[prefix] = at;
        }
    }

    public long Bytes => (long)_starts.Length * (T.Zero.GetByteCount() + sizeof(int)) + _index.Length * sizeof(int);

    /// <summary>The number of the value that covers an address, -1 when none does.</summary>
    public int ValueAt(T address)
    {
        int prefix = PrefixOf(address);
        int low = _index[prefix];
        int count = _index[prefix + 1] - low;
        while (count > 0)
        {
            int half = count >> 1;
            bool isBehind = _starts[low + half] <= address;
            low = isBehind ? low + half + 1 : low;
            count = isBehind ? count - half - 1 : half;
        }

        return _values[low - 1];
    }

    private int PrefixOf(T address) => int.CreateTruncating(address >> _shift);
}
