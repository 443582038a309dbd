using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of a route's `redirect`.</summary>
internal static class RedirectSection
{
    private static readonly ValueKey<int> Status = new("status",
        new ChoiceKind<int>([("301", 301), ("302", 302), ("303", 303), ("307", 307), ("308", 308)]) { Numbers = true }, "302",
        "301, 302, 303, 307 or 308.");
    private static readonly ValueKey<string> Location = new("location",
        new TextKind("a URI such as https://www.example.com$target, in which only $host and $target may stand for parts of the request", IsLocation), null,
        "Where to; $host and $target stand for the request's host and its path with the query.")
    { Required = true };

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Status, Location], []);

    /// <summary>Reads the section.</summary>
    public static RedirectSettings Read(SectionReader reader) => new(reader.Get(Status), reader.Get(Location));

    private static bool IsLocation(string text)
    {
        if (text.Length is 0 or > 2048 || !text.All(c => c is > ' ' and <= '~' and not ('"' or '<' or '>' or '\\'))) return false;
        return !text.Replace("$host", "", StringComparison.Ordinal).Replace("$target", "", StringComparison.Ordinal).Contains('$', StringComparison.Ordinal);
    }
}
