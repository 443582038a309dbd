using Appliance.Configuration;

namespace Appliance.Tests.Configuration;

/// <summary>
/// Reads the block form of samples/full.yaml by indentation alone, so that the test of its completeness shares no code with the loader.
/// </summary>
internal static class SampleKeys
{
    /// <summary>Path of each key, such as `listeners[].routes[].upstream`, with its value and the comment line above its first appearance.</summary>
    public static Dictionary<string, (string Value, string Comment)> Read(string file)
    {
        Dictionary<string, (string, string)> keys = [];
        List<(int Indent, string Path)> open = [];
        string comment = "";
        foreach (string line in File.ReadLines(file))
        {
            string text = line.TrimStart(' ');
            int indent = line.Length - text.Length;
            if (text.StartsWith('#')) comment = text[1..].Trim();
            if (text.Length == 0 || text.StartsWith('#')) continue;
            bool item = text.StartsWith("- ", StringComparison.Ordinal);
            if (item) (indent, text) = (indent + 2, text[2..]);
            int colon = text.IndexOf(':');
            if (text.StartsWith('{') || colon < 0) continue;
            open.RemoveAll(o => o.Indent >= indent);
            string parent = open.Count == 0 ? "" : open[^1].Path + (IsItem(open[^1].Indent, indent) ? "[]." : ".");
            string path = parent + text[..colon];
            open.Add((indent, path));
            keys.TryAdd(path, (text[(colon + 1)..].Trim(), comment));
            comment = "";
        }

        return keys;
    }

    /// <summary>Every declared key with its path in the same form.</summary>
    public static IEnumerable<(string Path, Key Key)> Declared(Section section, string prefix)
    {
        foreach (Key key in section.Keys)
        {
            yield return (prefix + key.Name, key);
            if (key.Inner is not { } inner) continue;
            string next = prefix + key.Name + (key is SectionListKey ? "[]." : ".");
            foreach ((string, Key) below in Declared(inner, next)) yield return below;
        }
    }

    /// <summary>The sample indents a section by two and the keys of a list's entries by four.</summary>
    private static bool IsItem(int parent, int child) => child - parent == 4;
}
