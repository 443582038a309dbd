using System.Buffers;
using System.Text;
using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Bundles;

/// <summary>Descriptor keys as text: `source:name` (part B section 1.5). Pure.</summary>
internal static class DescriptorText
{
    private const int MaxNameLength = 256;
    private const string JwtPrefix = "jwt:";
    private const string HeaderPrefix = "header:";
    private const string QueryPrefix = "query:";

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Kind, name in bytes and the one spelling of the text; null for what is no descriptor.</summary>
    public static (LimitKeyKind Kind, byte[] Name, string Canonical)? Parse(string text)
    {
        LimitKeyKind? known = text switch
        {
            "ip:address" => LimitKeyKind.ClientAddress,
            "ip:country" => LimitKeyKind.IpCountry,
            "ip:asn" => LimitKeyKind.IpAsn,
            "ip:type" => LimitKeyKind.IpType,
            "ip:tor" => LimitKeyKind.IpTor,
            "ua:bot" => LimitKeyKind.UaBot,
            "ua:bot_category" => LimitKeyKind.UaBotCategory,
            _ => null,
        };
        if (known is { } kind) return (kind, [], text);
        if (NameAfter(JwtPrefix, text) is { } claim) return (LimitKeyKind.JwtClaim, Encoding.ASCII.GetBytes(claim), text);
        if (NameAfter(QueryPrefix, text) is { } parameter) return (LimitKeyKind.Query, Encoding.ASCII.GetBytes(parameter), text);
        if (NameAfter(HeaderPrefix, text) is not { } header) return null;
        string canonical = HeaderName(header);
        return (LimitKeyKind.Header, Encoding.ASCII.GetBytes(canonical), HeaderPrefix + canonical);
    }

    /// <summary>Case does not matter, and '_' stands for '-'.</summary>
    public static string HeaderName(string name) => name.ToLowerInvariant().Replace('_', '-');

    public static bool IsName(ReadOnlySpan<char> text) => text.Length is > 0 and <= MaxNameLength && !text.ContainsAnyExcept(NameCharacters);

    private static string? NameAfter(string prefix, string text) =>
        text.StartsWith(prefix, StringComparison.Ordinal) && IsName(text.AsSpan(prefix.Length)) ? text[prefix.Length..] : null;
}
