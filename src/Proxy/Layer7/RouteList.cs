namespace Appliance.Proxy.Layer7;

/// <summary>
/// The routes that fit one host, in order. Beyond a handful they are listed by the first segment of their prefix, so that a request sees the
/// few that can fit. Immutable.
/// </summary>
internal sealed class RouteList
{
    private const int WalkLimit = 8;

    private readonly Route[] _routes;
    private readonly Dictionary<byte[], Route[]>.AlternateLookup<ReadOnlySpan<byte>> _bySegment;
    private readonly bool _indexed;

    internal RouteList(IEnumerable<Route> routes)
    {
        Route[] all = Reachable(routes);
        _indexed = all.Length > WalkLimit;
        _routes = _indexed ? [.. all.Where(route => route.Prefix.Length == 0)] : all;
        if (!_indexed) return;
        var bySegment = new Dictionary<byte[], Route[]>(ByteComparer.Instance);
        foreach (byte[] segment in all.Where(route => route.Prefix.Length > 0)
            .Select(route => FirstSegment(route.Prefix).ToArray()).Distinct(ByteComparer.Instance))
        {
            bySegment.Add(segment, [.. all.Where(route => route.Prefix.Length == 0 || FirstSegment(route.Prefix).SequenceEqual(segment))]);
        }

        _bySegment = bySegment.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>The first route whose prefix fits; null: none.</summary>
    internal Route? Find(ReadOnlySpan<byte> path)
    {
        Route[]? routes = _routes;
        if (_indexed && !_bySegment.TryGetValue(FirstSegment(path), out routes)) routes = _routes;
        foreach (Route route in routes)
        {
            if (route.MatchesPath(path)) return route;
        }

        return null;
    }

    /// <summary>What stands behind a route that takes every path is never reached.</summary>
    private static Route[] Reachable(IEnumerable<Route> routes)
    {
        var reachable = new List<Route>();
        foreach (Route route in routes)
        {
            reachable.Add(route);
            if (route.Prefix.Length == 0) break;
        }

        return [.. reachable];
    }

    /// <summary>`/v1` of `/v1/x`.</summary>
    private static ReadOnlySpan<byte> FirstSegment(ReadOnlySpan<byte> path)
    {
        int slash = path.Length < 2 ? -1 : path[1..].IndexOf((byte)'/');
        return slash < 0 ? path : path[..(slash + 1)];
    }
}
