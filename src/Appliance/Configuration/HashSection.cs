using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of an upstream's `hash`.</summary>
internal static class HashSection
{
    private static readonly ValueKey<HashSource> On = new("on",
        new ChoiceKind<HashSource>(
            [("source", HashSource.SourceAddress), ("header", HashSource.Header), ("cookie", HashSource.Cookie), ("path", HashSource.Path)]), "source",
        "What decides: source (the client's address), header, cookie or path.");
    private static readonly ValueKey<string> Name = new("name", new TextKind("the name of a header or cookie", HeaderNameKind.IsToken), null,
        "Name of the header or cookie.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([On, Name], []);

    /// <summary>Reads the section.</summary>
    public static HashKeySettings Read(SectionReader reader) => new(reader.Get(On), reader.GetOrNull(Name));
}
