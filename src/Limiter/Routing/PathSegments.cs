namespace Appliance.Limiter.Routing;

/// <summary>The non-empty segments of a path, one after the other.</summary>
internal ref struct PathSegments(ReadOnlySpan<byte> path)
{
    private ReadOnlySpan<byte> _rest = path;

    public ReadOnlySpan<byte> Current { get; private set; }

    public bool MoveNext()
    {
        _rest = _rest.TrimStart((byte)'/');
        if (_rest.IsEmpty) return false;
        int slash = _rest.IndexOf((byte)'/');
        int length = slash < 0 ? _rest.Length : slash;
        Current = _rest[..length];
        _rest = _rest[length..];
        return true;
    }
}
