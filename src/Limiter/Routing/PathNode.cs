namespace Appliance.Limiter.Routing;

/// <summary>
/// One path segment of the trie, with the policies that name exactly the path up to here. Filled while compiling, read afterwards. Most
/// nodes of a large index have one child and one list, so that only what is there takes memory.
/// </summary>
internal sealed class PathNode
{
    /// <summary>Policies whose prefix ends here; ascending; null: none.</summary>
    public List<int>? Prefix;

    /// <summary>Policies whose exact path ends here without a slash; ascending; null: none.</summary>
    public List<int>? Exact;

    /// <summary>Policies whose exact path ends here with a slash; ascending; null: none.</summary>
    public List<int>? ExactSlash;

    private byte[]? _onlySegment;
    private PathNode? _onlyChild;
    private Dictionary<byte[], PathNode>? _children;

    public PathNode Descend(ReadOnlySpan<byte> segment, Utf8Comparer comparer)
    {
        if (Find(segment) is { } found) return found;
        var child = new PathNode();
        if (_onlyChild is null && _children is null)
        {
            (_onlySegment, _onlyChild) = (segment.ToArray(), child);
            return child;
        }

        if (_children is null)
        {
            _children = new Dictionary<byte[], PathNode>(comparer) { [_onlySegment!] = _onlyChild! };
            (_onlySegment, _onlyChild) = (null, null);
        }

        _children.Add(segment.ToArray(), child);
        return child;
    }

    public PathNode? Find(ReadOnlySpan<byte> segment)
    {
        if (_onlyChild is not null) return segment.SequenceEqual(_onlySegment) ? _onlyChild : null;
        return _children is not null && _children.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(segment, out PathNode? child) ? child : null;
    }
}
