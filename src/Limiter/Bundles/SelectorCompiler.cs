using System.Text;
using Appliance.Limiter.Routing;

namespace Appliance.Limiter.Bundles;

/// <summary>`selector`: which requests a policy is asked about.</summary>
internal static class SelectorCompiler
{
    private const int MaxPathBytes = 8192;
    private const int MaxHostLength = 253;

    /// <summary>The selector and its methods (null = any); null after an error.</summary>
    public static (RouteSelector Route, byte[][]? Methods)? Compile(BundleNode selector, BundleFindings findings)
    {
        findings.LintUnknown(selector, "pathPrefix", "pathExact", "methods", "hosts");
        bool sound = TryPath(selector, "pathPrefix", findings, out byte[]? prefix);
        sound &= TryPath(selector, "pathExact", findings, out byte[]? exact);
        sound &= TryMethods(selector, findings, out byte[][]? methods);
        sound &= TryHosts(selector, findings, out byte[][]? hosts, out byte[][]? suffixes);
        if (!sound) return null;
        if (prefix is null && exact is null) findings.Lint(selector, "neither pathPrefix nor pathExact: the policy never matches");
        return (new RouteSelector(prefix, exact, hosts, suffixes), methods);
    }

    private static bool TryPath(BundleNode selector, string field, BundleFindings findings, out byte[]? path)
    {
        path = null;
        if (selector.Member(field) is not { } node) return true;
        if (!node.IsString || !node.Text.StartsWith('/'))
        {
            findings.Error(node, $"selector.{field} must begin with \"/\"");
            return false;
        }

        path = Encoding.UTF8.GetBytes(node.Text);
        int segments = 0;
        var walk = new PathSegments(path);
        bool dots = false;
        while (walk.MoveNext())
        {
            segments++;
            dots |= walk.Current.SequenceEqual("."u8) || walk.Current.SequenceEqual(".."u8);
        }

        if (dots || path.AsSpan().IndexOf("//"u8) >= 0 || path.AsSpan().IndexOf((byte)'?') >= 0)
            findings.Lint(node, "requests are matched without query, dot segments and doubled slashes: this may never match");
        if (segments <= RouteIndex.MaxSegments && path.Length <= MaxPathBytes) return true;
        findings.Error(node, $"selector.{field} must have at most {RouteIndex.MaxSegments} segments and {MaxPathBytes} bytes");
        return false;
    }

    private static bool TryMethods(BundleNode selector, BundleFindings findings, out byte[][]? methods)
    {
        methods = null;
        if (selector.Member("methods") is not { } node) return true;
        if (!node.IsArray || node.Items.Count == 0 || node.Items.Exists(m => !m.IsString || m.Text.Length == 0))
        {
            findings.Error(node, "selector.methods must be a non-empty array of method names");
            return false;
        }

        methods = [.. node.Items.Select(m => m.Text).Distinct().Select(Encoding.UTF8.GetBytes)];
        return true;
    }

    private static bool TryHosts(BundleNode selector, BundleFindings findings, out byte[][]? hosts, out byte[][]? suffixes)
    {
        hosts = suffixes = null;
        if (selector.Member("hosts") is not { } node) return true;
        if (!node.IsArray || node.Items.Count == 0)
        {
            findings.Error(node, "selector.hosts must be a non-empty array of hostnames");
            return false;
        }

        var exact = new SortedSet<string>(StringComparer.Ordinal);
        var wild = new SortedSet<string>(StringComparer.Ordinal);
        bool sound = true;
        for (int i = 0; i < node.Items.Count; i++)
        {
            string? host = node.Items[i].IsString ? Normalize(node.Items[i].Text) : null;
            if (host is null || (host.StartsWith("*.", StringComparison.Ordinal) && host.Count(c => c == '.') > RouteIndex.MaxSuffixLabels))
            {
                findings.Error(node.Items[i], $"selector.hosts[{i}] invalid hostname format");
                sound = false;
            }
            else if (host.StartsWith("*.", StringComparison.Ordinal)) wild.Add(host[2..]);
            else exact.Add(host);
        }

        hosts = [.. exact.Select(Encoding.ASCII.GetBytes)];
        suffixes = [.. wild.Select(Encoding.ASCII.GetBytes)];
        return sound;
    }

    /// <summary>Lower case, no port, no trailing dot; null when it is not a host name.</summary>
    private static string? Normalize(string text)
    {
        string host = text.Trim().ToLowerInvariant();
        int colon = host.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            if (!host.AsSpan(colon + 1).ContainsOnlyDigits()) return null;
            host = host[..colon];
        }

        if (host.EndsWith('.')) host = host[..^1];
        string name = host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        bool sound = name.Length is > 0 and <= MaxHostLength && !name.StartsWith('.') && !name.EndsWith('.') && !name.EndsWith('-')
            && !name.Contains("..", StringComparison.Ordinal)
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');
        return sound ? host : null;
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9');
}
