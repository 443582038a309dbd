namespace Appliance.Limiter.Routing;

/// <summary>Merges ascending lists: every policy once, in ascending order.</summary>
internal ref struct RouteCursor(Span<RouteList> lists)
{
    private readonly Span<RouteList> _lists = lists;

    public int Current { get; private set; }

    public bool MoveNext()
    {
        int least = int.MaxValue;
        foreach (ref readonly RouteList list in _lists)
        {
            if (!list.IsAtEnd && list.Current < least) least = list.Current;
        }

        if (least == int.MaxValue) return false;
        foreach (ref RouteList list in _lists)
        {
            if (!list.IsAtEnd && list.Current == least) list.Skip();
        }

        Current = least;
        return true;
    }
}
