using System.Globalization;
using System.Text.Json;

namespace Appliance.Limiter.Bundles;

/// <summary>Typed reading of single values; each reports what it refuses and then gives null.</summary>
internal static class BundleValue
{
    public const int MaxNameLength = 256;

    /// <summary>A number above 0; null when absent or refused.</summary>
    public static decimal? Positive(BundleNode parent, string field, BundleFindings findings, string message)
    {
        if (parent.Member(field) is not { } node) return null;
        if (node.Kind == JsonValueKind.Number
            && decimal.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value) && value > 0) return value;
        findings.Error(node, message);
        return null;
    }

    /// <summary>A non-empty name that may appear in logs and metric labels; null with an error otherwise.</summary>
    public static string? Name(BundleNode parent, string field, BundleFindings findings, string missing)
    {
        BundleNode? node = parent.Member(field);
        if (node is null || !node.IsString || node.Text.Length == 0)
        {
            findings.Error(node ?? parent, missing);
            return null;
        }

        if (node.Text.Length <= MaxNameLength && !node.Text.Any(char.IsControl)) return node.Text;
        findings.Error(node, $"{field} must have at most {MaxNameLength} characters and no control characters");
        return null;
    }

    /// <summary>One of a few words; the first is the default. Null with an error otherwise.</summary>
    public static string? Choice(BundleNode parent, string field, BundleFindings findings, params ReadOnlySpan<string> words)
    {
        if (parent.Member(field) is not { } node) return words[0];
        if (node.IsString && words.Contains(node.Text)) return node.Text;
        findings.Error(node, $"{field} must be one of: {string.Join(", ", words.ToArray())}");
        return null;
    }

    /// <summary>Strictly `YYYY-MM-DDTHH:MM:SSZ`.</summary>
    public static bool TryTimestamp(BundleNode node, out DateTimeOffset time)
    {
        time = default;
        return node.IsString && DateTimeOffset.TryParseExact(
            node.Text, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    /// <summary>Refuses what the format knows and this version does not do; what is switched off or empty asks for nothing and passes.</summary>
    public static void RefuseUnavailable(BundleNode parent, BundleFindings findings, params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            if (parent.Member(field) is not { } node) continue;
            bool idle = (node.IsArray && node.Items.Count == 0) || (node.IsObject && node.Member("enabled")?.Kind == JsonValueKind.False);
            if (!idle) findings.Error(node, $"{field} is not available in this version");
        }
    }
}
