namespace Appliance.Limiter.Routing;

/// <summary>One path segment of the trie, with the policies that name exactly the path up to here. Filled while compiling, read afterwards.</summary>
internal sealed class PathNode
{
    private Dictionary<byte[], PathNode>? _children;

    /// <summary>Policies whose prefix ends here; ascending.</summary>
    public List<int> Prefix { get; } = [];

    /// <summary>Policies whose exact path ends here without a slash; ascending.</summary>
    public List<int> Exact { get; } = [];

    /// <summary>Policies whose exact path ends here with a slash; ascending.</summary>
    public List<int> ExactSlash { get; } = [];

    public PathNode Descend(ReadOnlySpan<byte> segment, Utf8Comparer comparer)
    {
        _children ??= new Dictionary<byte[], PathNode>(comparer);
        var byspan = _children.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!byspan.TryGetValue(segment, out PathNode? child)) byspan[segment] = child = new PathNode();
        return child;
    }

    public PathNode? Find(ReadOnlySpan<byte> segment) =>
        _children is not null && _children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(segment, out PathNode? child) ? child : null;
}
