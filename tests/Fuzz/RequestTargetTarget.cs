using System.Text;
using Appliance.Proxy.Layer7;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>The normal form of paths and hosts, and the rewriting of prefixes.</summary>
internal sealed class RequestTargetTarget : ITarget
{
    private static readonly (string Prefix, string Written, PathRewrite Rewrite)[] Rewrites =
    [
        ("", "/in", new PathRewrite("/", "/in")),
        ("/a", "", new PathRewrite("/a", "/")),
        ("/a/b", "/in/side", new PathRewrite("/a/b/", "/in/side/")),
    ];

    public string Name => "http-target";

    public int MaximumLength => 8192;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[] { "/", "//", "/.", "/..", "/./", "/../", "%2e", "%2E", "%2f", "%5c", "\\", "%61", "%00", "%", "%zz", "%25", "?", "#", "a", "/a/b", ";", "*", "~", "[::1]", ":80", "." }
            .Select(Encoding.Latin1.GetBytes),
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        CheckHost(input);
        // A request line holds nothing else.
        if (input.IsEmpty || input.ContainsAnyExceptInRange((byte)'!', (byte)'~')) return 0;
        byte[] room = new byte[input.Length + 1];
        if (!TargetPath.TryNormalize(input, room, out int length)) return 1;
        byte[] path = room[..length];
        string text = Encoding.Latin1.GetString(path);
        if (text == "*") return 2;
        CheckNormal(text);
        byte[] again = new byte[length + 1];
        Require(TargetPath.TryNormalize(path, again, out int second) && again.AsSpan(0, second).SequenceEqual(path), "a normal path is its own normal form");
        foreach ((string prefix, string written, PathRewrite rewrite) in Rewrites)
        {
            if (prefix.Length == 0 || text == prefix || text.StartsWith(prefix + "/", StringComparison.Ordinal)) CheckRewrite(input, path, prefix, written, rewrite);
        }

        return HashCode.Combine(text.Count(c => c == '/'), text.Contains('%'), input.Length == length, Math.Min(length, 40));
    }

    private static void CheckNormal(string path)
    {
        Require(path[0] == '/' && !path.Contains("//", StringComparison.Ordinal), "a path begins with one slash and doubles none");
        Require(path.Split('/').All(segment => segment is not ("." or "..")), "no segment climbs");
        Require(!path.Contains('?') && !path.Contains('#'), "there is no query in a path");
    }

    private static void CheckRewrite(ReadOnlySpan<byte> target, byte[] path, string prefix, string written, PathRewrite rewrite)
    {
        byte[] room = new byte[target.Length + PathRewrite.MaxLength + 1];
        var text = new HeadWriter(room);
        rewrite.Write(ref text, target, path);
        Require(text.Length > 0 && room[0] == '/' && room[1] != '/', "a rewritten target begins with one slash");
        byte[] normal = new byte[text.Length + 1];
        Require(TargetPath.TryNormalize(room.AsSpan(0, text.Length), normal, out int length), "a rewritten target can be read");
        string expected = written + Encoding.Latin1.GetString(path)[prefix.Length..];
        Require(Encoding.Latin1.GetString(normal, 0, length) == (expected.Length == 0 ? "/" : expected), "the segments are those that were routed");
    }

    private static void CheckHost(ReadOnlySpan<byte> host)
    {
        Span<byte> normal = stackalloc byte[HostName.MaxLength];
        int length = HostName.Normalize(host, normal);
        if (length == 0) return;
        Span<byte> again = stackalloc byte[HostName.MaxLength];
        int second = HostName.Normalize(normal[..length], again);
        Require(again[..second].SequenceEqual(normal[..length]), "a normal host is its own normal form");
    }
}
