using System.Diagnostics;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// Replaces the prefix that a route was found by. The rest keeps its raw bytes when the raw path begins with the prefix literally and the rest
/// holds nothing that a reader resolves (`//`, `/.`, an encoded dot); in every other case the rest of the normalised path is used. So the
/// rewritten path has the segments that were judged and routed, and cannot climb out of the replacement. Immutable.
/// </summary>
internal sealed class PathRewrite
{
    /// <summary>Bytes of the longest replacement.</summary>
    internal const int MaxLength = 2048;

    private readonly byte[] _prefix;
    private readonly byte[] _replacement;

    /// <exception cref="ArgumentException">The replacement is too long.</exception>
    internal PathRewrite(string prefix, string replacement)
    {
        _prefix = PercentEncoding.EncodePrefix(prefix);
        // A '?' or '#' would make the rest of the path something else.
        _replacement = PercentEncoding.EncodePrefix(replacement.Replace("?", "%3F").Replace("#", "%23"));
        if (_replacement.Length > MaxLength) throw new ArgumentException($"the replacement of a prefix is longer than {MaxLength} bytes");
    }

    /// <summary>Writes the target: at most the longer of raw target and path, and <see cref="MaxLength"/> + 1 more.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="target">The raw target in origin form.</param>
    /// <param name="path">The same, normalised; it begins with the prefix.</param>
    internal void Write(ref HeadWriter text, ReadOnlySpan<byte> target, ReadOnlySpan<byte> path)
    {
        if (path is [(byte)'*'])
        {
            text.Write(target);
            return;
        }

        int mark = target.IndexOf((byte)'?');
        ReadOnlySpan<byte> raw = mark < 0 ? target : target[..mark];
        Debug.Assert(StartsWithPrefix(path), "the route was found by this prefix");
        ReadOnlySpan<byte> rest = StartsWithPrefix(raw) && !NeedsResolving(raw[_prefix.Length..]) ? raw[_prefix.Length..] : path[_prefix.Length..];
        text.Write(_replacement);
        if (_replacement.Length == 0 && rest.IsEmpty) text.Write("/"u8);
        text.Write(rest);
        if (mark >= 0) text.Write(target[mark..]);
    }

    private bool StartsWithPrefix(ReadOnlySpan<byte> path) =>
        path.StartsWith(_prefix) && (path.Length == _prefix.Length || path[_prefix.Length] == '/');

    private static bool NeedsResolving(ReadOnlySpan<byte> rest) =>
        rest.IndexOf("//"u8) >= 0 || rest.IndexOf("/."u8) >= 0 || rest.IndexOf("%2e"u8) >= 0 || rest.IndexOf("%2E"u8) >= 0;
}
