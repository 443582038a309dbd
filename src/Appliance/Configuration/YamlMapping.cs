using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>Keys and values in the order of the file; no key twice.</summary>
internal sealed record YamlMapping(int Line, int Column, ImmutableArray<YamlEntry> Entries) : YamlNode(Line, Column)
{
    /// <inheritdoc/>
    public override string Shape => "a section";

    /// <summary>The entry of a key, or null.</summary>
    public YamlEntry? Find(string key)
    {
        foreach (YamlEntry entry in Entries)
        {
            if (entry.Key == key) return entry;
        }

        return null;
    }
}
