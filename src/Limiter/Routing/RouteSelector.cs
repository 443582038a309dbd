using System.Text;

namespace Appliance.Limiter.Routing;

/// <summary>Host and path part of a policy's selector, normalised.</summary>
/// <param name="PathPrefix">Null when the selector has none.</param>
/// <param name="PathExact">Null when the selector has none.</param>
/// <param name="Hosts">Exact names; null together with <paramref name="HostSuffixes"/> = any host.</param>
/// <param name="HostSuffixes">What follows `*.`; matches one or more labels before it.</param>
internal sealed record RouteSelector(byte[]? PathPrefix, byte[]? PathExact, byte[][]? Hosts, byte[][]? HostSuffixes)
{
    public bool IsAnyHost => Hosts is null && HostSuffixes is null;

    /// <summary>The paths for people, as `/v1/pay` or `/v1/*`; empty when it selects none.</summary>
    public string Paths
    {
        get
        {
            string exact = PathExact is null ? "" : Encoding.UTF8.GetString(PathExact);
            if (PathPrefix is null) return exact;
            string prefix = Encoding.UTF8.GetString(PathPrefix).TrimEnd('/') + "/*";
            return exact.Length == 0 ? prefix : $"{exact}|{prefix}";
        }
    }

    /// <summary>The most nodes that this selector can add to an index: its path segments, once for each host.</summary>
    public long IndexNodes => (IsAnyHost ? 1 : (Hosts?.Length ?? 0) + (long)(HostSuffixes?.Length ?? 0)) * (NodesOf(PathPrefix) + NodesOf(PathExact));

    /// <summary>The answer of <see cref="RouteIndex"/> for this selector alone. Allocates nothing.</summary>
    /// <param name="host">Lower case, no port.</param>
    public bool SelectsHost(ReadOnlySpan<byte> host)
    {
        if (IsAnyHost) return true;
        foreach (byte[] wanted in Hosts ?? [])
        {
            if (host.SequenceEqual(wanted)) return true;
        }

        foreach (byte[] suffix in HostSuffixes ?? [])
        {
            int dot = host.Length - suffix.Length - 1;
            if (dot > 0 && host[dot] == (byte)'.' && host.EndsWith(suffix)) return true;
        }

        return false;
    }

    /// <summary>The answer of <see cref="RouteIndex"/> for this selector alone. Allocates nothing.</summary>
    /// <param name="path">Normalised; an empty path is selected by nothing.</param>
    public bool SelectsPath(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty) return false;
        if (PathExact is not null && ExactFits(PathExact, path)) return true;
        return PathPrefix is not null && PrefixFits(PathPrefix, path);
    }

    private static long NodesOf(byte[]? path)
    {
        if (path is null) return 0;
        long nodes = 1;
        var segments = new PathSegments(path);
        while (segments.MoveNext()) nodes++;
        return nodes;
    }

    /// <summary>As the trie does it: empty segments do not count, a slash at the end does.</summary>
    private static bool ExactFits(ReadOnlySpan<byte> exact, ReadOnlySpan<byte> path)
    {
        if ((exact[^1] == (byte)'/') != (path[^1] == (byte)'/')) return false;
        var wanted = new PathSegments(exact);
        var given = new PathSegments(path);
        while (wanted.MoveNext())
        {
            if (!given.MoveNext() || !given.Current.SequenceEqual(wanted.Current)) return false;
        }

        return !given.MoveNext();
    }

    private static bool PrefixFits(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> path)
    {
        var wanted = new PathSegments(prefix);
        var given = new PathSegments(path);
        while (wanted.MoveNext())
        {
            if (!given.MoveNext() || !given.Current.SequenceEqual(wanted.Current)) return false;
        }

        return true;
    }
}
