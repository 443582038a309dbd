namespace Appliance.Limiter.Routing;

/// <summary>
/// From host and path to the policies that select them. Hosts lead to tries over path segments; a walk collects one ascending list per
/// node that has one, and <see cref="RouteCursor"/> merges them. The cost follows the request's own depth and its matches, not the
/// number of policies; each policy is stored once per host and path that it names. Immutable after <see cref="Build"/>.
/// </summary>
internal sealed class RouteIndex
{
    /// <summary>Bounds of selectors, kept by the bundle reader; with them the number of lists per request is bounded too.</summary>
    public const int MaxSegments = 32;
    public const int MaxSuffixLabels = 16;

    /// <summary>Sum of <see cref="RouteSelector.IndexNodes"/>: an index never takes more than a few hundred megabytes.</summary>
    public const long MaxNodes = 2_000_000;

    private readonly Utf8Comparer _comparer = new();
    private readonly PathNode _anyHost = new();
    private readonly Dictionary<byte[], PathNode> _hosts;
    private readonly Dictionary<byte[], PathNode> _suffixes;
    private int _mostSegments;
    private int _mostSuffixLabels;

    private RouteIndex()
    {
        _hosts = new Dictionary<byte[], PathNode>(_comparer);
        _suffixes = new Dictionary<byte[], PathNode>(_comparer);
    }

    /// <summary>Room that <see cref="Find"/> needs: per trie the root, each segment and one exact list.</summary>
    public int MaxLists => (_mostSegments + 2) * (2 + _mostSuffixLabels);

    /// <param name="selectors">By policy index; the indices come out of the cursor in ascending order.</param>
    public static RouteIndex Build(IReadOnlyList<RouteSelector> selectors)
    {
        var index = new RouteIndex();
        for (int policy = 0; policy < selectors.Count; policy++) index.Add(selectors[policy], policy);
        return index;
    }

    /// <summary>The policies that select a host and path.</summary>
    /// <param name="host">Lower case, no port.</param>
    /// <param name="path">Normalised.</param>
    /// <param name="lists">Room for <see cref="MaxLists"/> lists; must live as long as the cursor.</param>
    public RouteCursor Find(ReadOnlySpan<byte> host, ReadOnlySpan<byte> path, Span<RouteList> lists)
    {
        int count = 0;
        if (path.IsEmpty) return new RouteCursor(lists[..0]);
        Collect(_anyHost, path, lists, ref count);
        if (_hosts.Count > 0 && _hosts.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(host, out PathNode? exact))
            Collect(exact, path, lists, ref count);
        int dot = host.Length;
        for (int labels = 1; labels <= _mostSuffixLabels; labels++)
        {
            dot = host[..dot].LastIndexOf((byte)'.');
            if (dot <= 0) break;
            if (_suffixes.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(host[(dot + 1)..], out PathNode? suffix))
                Collect(suffix, path, lists, ref count);
        }

        return new RouteCursor(lists[..count]);
    }

    private static void Collect(PathNode node, ReadOnlySpan<byte> path, Span<RouteList> lists, ref int count)
    {
        Append(node.Prefix, lists, ref count);
        var segments = new PathSegments(path);
        while (segments.MoveNext())
        {
            if (node.Find(segments.Current) is not { } child) return;
            node = child;
            Append(node.Prefix, lists, ref count);
        }

        Append(path[^1] == (byte)'/' ? node.ExactSlash : node.Exact, lists, ref count);
    }

    private static void Append(List<int>? policies, Span<RouteList> lists, ref int count)
    {
        if (policies is not null) lists[count++] = new RouteList(policies);
    }

    private void Add(RouteSelector selector, int policy)
    {
        if (selector.IsAnyHost) AddPaths(_anyHost, selector, policy);
        foreach (byte[] host in selector.Hosts ?? []) AddPaths(Root(_hosts, host), selector, policy);
        foreach (byte[] suffix in selector.HostSuffixes ?? [])
        {
            _mostSuffixLabels = Math.Max(_mostSuffixLabels, suffix.AsSpan().Count((byte)'.') + 1);
            AddPaths(Root(_suffixes, suffix), selector, policy);
        }
    }

    private void AddPaths(PathNode root, RouteSelector selector, int policy)
    {
        if (selector.PathPrefix is { } prefix) AddOnce(ref Walk(root, prefix).Prefix, policy);
        if (selector.PathExact is not { } exact) return;
        PathNode node = Walk(root, exact);
        if (exact[^1] == (byte)'/') AddOnce(ref node.ExactSlash, policy);
        else AddOnce(ref node.Exact, policy);
    }

    private PathNode Walk(PathNode node, ReadOnlySpan<byte> path)
    {
        int depth = 0;
        var segments = new PathSegments(path);
        while (segments.MoveNext())
        {
            node = node.Descend(segments.Current, _comparer);
            depth++;
        }

        _mostSegments = Math.Max(_mostSegments, depth);
        return node;
    }

    private static void AddOnce(ref List<int>? policies, int policy)
    {
        policies ??= [];
        if (policies.Count == 0 || policies[^1] != policy) policies.Add(policy);
    }

    private static PathNode Root(Dictionary<byte[], PathNode> roots, byte[] host)
    {
        if (!roots.TryGetValue(host, out PathNode? root)) roots[host] = root = new PathNode();
        return root;
    }
}
