namespace Appliance.Proxy.Layer7;

/// <summary>
/// A listener's routes in the operator's order; the first that fits wins. To keep that order and still be quick with hundreds of routes, the
/// candidates of each host that is named are listed beforehand, in order: a request looks up its host once and walks its candidates only.
/// Immutable, shared by the loops.
/// </summary>
internal sealed class RouteTable
{
    private readonly Route? _only;
    private readonly RouteList _anyHost;
    private readonly Dictionary<byte[], RouteList>.AlternateLookup<ReadOnlySpan<byte>> _exact;
    private readonly Dictionary<byte[], RouteList>.AlternateLookup<ReadOnlySpan<byte>> _suffixes;
    private readonly int _exactCount;
    private readonly int _suffixCount;

    internal RouteTable(IEnumerable<Route> routes)
    {
        Route[] all = [.. routes];
        if (all is [{ Hosts.Length: 0, Prefix.Length: 0 } catchAll, ..]) _only = catchAll;
        var exact = new Dictionary<byte[], RouteList>(ByteComparer.Instance);
        var suffixes = new Dictionary<byte[], RouteList>(ByteComparer.Instance);
        foreach (byte[] pattern in all.SelectMany(route => route.Hosts).Distinct(ByteComparer.Instance))
        {
            if (IsWildcard(pattern)) suffixes.Add(pattern[1..], new RouteList(all.Where(route => MatchesBelow(route, pattern.AsSpan(1)))));
            else exact.Add(pattern, new RouteList(all.Where(route => Matches(route, pattern))));
        }

        _anyHost = new RouteList(all.Where(route => route.Hosts.Length == 0));
        _exact = exact.GetAlternateLookup<ReadOnlySpan<byte>>();
        _suffixes = suffixes.GetAlternateLookup<ReadOnlySpan<byte>>();
        (_exactCount, _suffixCount) = (exact.Count, suffixes.Count);
    }

    /// <summary>The route of a request; null: none fits.</summary>
    /// <param name="host">Normalised (<see cref="HostName"/>); may be empty.</param>
    /// <param name="path">Normalised (<see cref="TargetPath"/>).</param>
    internal Route? Find(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path) => _only ?? ListOf(host).Find(path);

    private RouteList ListOf(ReadOnlySpan<byte> host)
    {
        if (_exactCount > 0 && _exact.TryGetValue(host, out RouteList? list)) return list;
        if (_suffixCount == 0) return _anyHost;
        // The longest suffix that is named: its list holds the routes of the shorter ones too.
        for (int dot = 0; (dot = NextDot(host, dot)) >= 0; dot++)
        {
            if (dot > 0 && _suffixes.TryGetValue(host[dot..], out list)) return list;
        }

        return _anyHost;
    }

    private static int NextDot(ReadOnlySpan<byte> host, int from)
    {
        int at = host[from..].IndexOf((byte)'.');
        return at < 0 ? -1 : from + at;
    }

    private static bool IsWildcard(ReadOnlySpan<byte> pattern) => pattern is [(byte)'*', (byte)'.', ..];

    private static bool Matches(Route route, ReadOnlySpan<byte> host)
    {
        if (route.Hosts.Length == 0) return true;
        foreach (ReadOnlySpan<byte> pattern in route.Hosts)
        {
            bool fits = IsWildcard(pattern) ? host.Length > pattern.Length - 1 && host.EndsWith(pattern[1..]) : host.SequenceEqual(pattern);
            if (fits) return true;
        }

        return false;
    }

    /// <summary>True when the route fits every host below the suffix that is not named exactly.</summary>
    private static bool MatchesBelow(Route route, ReadOnlySpan<byte> suffix)
    {
        if (route.Hosts.Length == 0) return true;
        foreach (ReadOnlySpan<byte> pattern in route.Hosts)
        {
            if (IsWildcard(pattern) && suffix.EndsWith(pattern[1..])) return true;
        }

        return false;
    }
}
