using System.Buffers;
using System.Text;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>Descriptor keys, in `limit_keys` and as names in `match`.</summary>
internal static class LimitKeyCompiler
{
    private const string HeaderPrefix = "header:";
    private const string ClientAddressText = "ip:address";
    private static readonly string[] UnavailablePrefixes = ["jwt:", "query:"];
    private static readonly string[] UnavailableKeys = ["ip:country", "ip:asn", "ip:type", "ip:tor", "ua:bot", "ua:bot_category"];

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>The key, or null with an error at <paramref name="node"/>.</summary>
    public static LimitKey? Compile(string text, BundleNode node, BundleFindings findings)
    {
        if (text == ClientAddressText) return new LimitKey(LimitKeyKind.ClientAddress, [], text, 0);
        if (text.StartsWith(HeaderPrefix, StringComparison.Ordinal) && IsName(text.AsSpan(HeaderPrefix.Length)))
        {
            string name = HeaderName(text[HeaderPrefix.Length..]);
            return new LimitKey(LimitKeyKind.Header, Encoding.ASCII.GetBytes(name), HeaderPrefix + name, 0);
        }

        bool known = UnavailableKeys.Contains(text)
            || UnavailablePrefixes.Any(p => text.StartsWith(p, StringComparison.Ordinal) && IsName(text.AsSpan(p.Length)));
        findings.Error(node, known ? $"limit key {text} is not available in this version" : $"invalid limit_key format: {Shown(text)}");
        return null;
    }

    /// <summary>Case does not matter, and '_' stands for '-'.</summary>
    public static string HeaderName(string name) => name.ToLowerInvariant().Replace('_', '-');

    public static bool IsName(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= BundleValue.MaxNameLength
        && !text.ContainsAnyExcept(NameCharacters);

    /// <summary>Foreign text in a message: short, and without control characters.</summary>
    private static string Shown(string text) => new([.. text.Take(64).Select(c => char.IsControl(c) ? '?' : c)]);
}
