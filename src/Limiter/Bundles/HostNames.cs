using System.Text;
using Appliance.Limiter.Routing;

namespace Appliance.Limiter.Bundles;

/// <summary>`selector.hosts`: names, and `*.` before what any number of labels may precede (part B section 1.3, A16).</summary>
internal static class HostNames
{
    private const int MaxLength = 253;
    private const string Wildcard = "*.";

    /// <summary>Names and wildcard suffixes, each once; both null when any host will do.</summary>
    public static (byte[][]? Names, byte[][]? Suffixes) Read(FieldReader fields)
    {
        if (fields.Table.Member("hosts") is not { } node) return (null, null);
        if (!node.IsArray || node.Items.Count == 0)
        {
            fields.RefuseAt(node, "hosts must be a non-empty array of hostnames");
            return (null, null);
        }

        var names = new SortedSet<string>(StringComparer.Ordinal);
        var suffixes = new SortedSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < node.Items.Count; i++)
        {
            BundleNode item = node.Items[i];
            string? host = item.IsString ? Normalize(item.Text) : null;
            if (host is null) fields.RefuseAt(item, $"hosts[{i}] invalid hostname format");
            else if (!host.StartsWith(Wildcard, StringComparison.Ordinal)) names.Add(host);
            else if (host.AsSpan().Count('.') > RouteIndex.MaxSuffixLabels)
                fields.RefuseAt(item, $"hosts[{i}] has more than {RouteIndex.MaxSuffixLabels} labels");
            else suffixes.Add(host[Wildcard.Length..]);
        }

        return ([.. names.Select(Encoding.ASCII.GetBytes)], [.. suffixes.Select(Encoding.ASCII.GetBytes)]);
    }

    /// <summary>Lower case, no port, no trailing dot; null when it is not a host name. Pure.</summary>
    public static string? Normalize(string text)
    {
        // Before lower case is made: there are letters outside ASCII whose lower case lies within.
        if (text.Length > MaxLength + 8 || !Ascii.IsValid(text)) return null;
        string host = text.Trim().ToLowerInvariant();
        int colon = host.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            ReadOnlySpan<char> port = host.AsSpan(colon + 1);
            if (port.IsEmpty || port.ContainsAnyExceptInRange('0', '9')) return null;
            host = host[..colon];
        }

        if (host.EndsWith('.')) host = host[..^1];
        string name = host.StartsWith(Wildcard, StringComparison.Ordinal) ? host[Wildcard.Length..] : host;
        bool sound = name.Length is > 0 and <= MaxLength && !name.StartsWith('.') && !name.StartsWith('-') && !name.EndsWith('.') && !name.EndsWith('-')
            && !name.Contains("..", StringComparison.Ordinal)
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');
        return sound ? host : null;
    }
}
