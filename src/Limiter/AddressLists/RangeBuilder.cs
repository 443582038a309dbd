namespace Appliance.Limiter.AddressLists;

/// <summary>Cuts nested networks of one family into ranges without overlap: a sweep over the sorted networks with a stack of those that are still open.</summary>
internal sealed class RangeBuilder
{
    private const int NoValue = -1;

    private readonly List<ValueRange> _ranges = [new(0, NoValue)];
    private readonly Stack<(UInt128 End, int Value)> _open = new();

    /// <param name="sorted">By <see cref="ListedEntry.Compare"/>, all of one family, no network twice.</param>
    public static List<ValueRange> Build(IEnumerable<ListedEntry> sorted)
    {
        var builder = new RangeBuilder();
        UInt128 last = UInt128.MaxValue;
        foreach (ListedEntry entry in sorted)
        {
            if (entry.Network.IsIPv4) last = uint.MaxValue;
            builder.CloseBefore(entry.Network.Start);
            builder.Cut(entry.Network.Start, entry.Value);
            builder._open.Push((entry.Network.End, entry.Value));
        }

        builder.CloseBefore(last);
        return builder._ranges;
    }

    /// <summary>Behind the end of a network its surroundings go on.</summary>
    private void CloseBefore(UInt128 address)
    {
        while (_open.TryPeek(out (UInt128 End, int Value) inner) && inner.End < address)
        {
            _open.Pop();
            Cut(inner.End + 1, _open.TryPeek(out (UInt128 End, int Value) outer) ? outer.Value : NoValue);
        }
    }

    private void Cut(UInt128 start, int value)
    {
        if (_ranges[^1].Start == start) _ranges.RemoveAt(_ranges.Count - 1);
        if (_ranges.Count == 0 || _ranges[^1].Value != value) _ranges.Add(new(start, value));
    }
}
