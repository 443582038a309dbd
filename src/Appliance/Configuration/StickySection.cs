using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of an upstream's `sticky`.</summary>
internal static class StickySection
{
    private static readonly ValueKey<string> Cookie = new("cookie", new TextKind("the name of a cookie", HeaderNameKind.IsToken), null,
        "Name of the cookie.")
    { Required = true };
    private static readonly ValueKey<TimeSpan> MaxAge = new("max_age", new DurationKind(0, 365L * 86_400_000, 1000), "0s",
        "How long the browser keeps it; 0s: until it closes.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Cookie, MaxAge], []);

    /// <summary>Reads the section.</summary>
    public static StickySettings Read(SectionReader reader) => new(reader.Get(Cookie), reader.Get(MaxAge));
}
