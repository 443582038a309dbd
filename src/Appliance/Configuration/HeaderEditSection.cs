using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of `request_headers` and `response_headers`.</summary>
internal static class HeaderEditSection
{
    private const int MaximumValue = 4096;

    private static readonly MapKey<string, string> Set = new("set", new HeaderNameKind(),
        new TextKind("the value of a header field: printable ASCII without blanks at its ends", IsValue), "Fields to set, `NAME: value`; they replace all of that name.")
    { Comparer = StringComparer.OrdinalIgnoreCase };
    private static readonly ListKey<string> Remove = new("remove", new HeaderNameKind(), [], "Names of fields to remove, before any is set.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new([Set, Remove], ["add", "replace"]);

    /// <summary>Reads the section.</summary>
    public static HeaderEditSettings Read(SectionReader reader) => new() { Set = reader.Get(Set), Remove = reader.Get(Remove) };

    private static bool IsValue(string text) =>
        text.Length <= MaximumValue && text.All(c => c is >= ' ' and <= '~' or '\t') && text.Trim(' ', '\t').Length == text.Length;
}
