using System.Collections.Frozen;

namespace Appliance.Configuration;

/// <summary>Remembers where each value of a loaded file stands, so that a check made later can still name line and column. Immutable.</summary>
/// <param name="file">The file as it was named to us.</param>
/// <param name="places">Path, such as `policies.file`, to line and column.</param>
internal sealed class ConfigSource(string file, FrozenDictionary<string, (int Line, int Column)> places)
{
    /// <summary>The file as it was named to us.</summary>
    public string File { get; } = file;

    /// <summary>True when the operator wrote the key, false when its default stands.</summary>
    public bool Has(string path) => places.ContainsKey(path);

    /// <summary>An error at a key; when the key was left to its default, at the nearest section that was written.</summary>
    public ConfigError ErrorAt(string path, string message) => Locate(File, places, path, message);

    /// <summary>An error at a path, placed at the value or at the nearest section round it.</summary>
    public static ConfigError Locate(
        string file, IReadOnlyDictionary<string, (int Line, int Column)> places, string path, string message)
    {
        for (string at = path; at.Length > 0; at = Parent(at))
        {
            if (places.TryGetValue(at, out (int Line, int Column) place)) return new(file, place.Line, place.Column, path, message);
        }

        return new(file, 1, 1, path, message);
    }

    private static string Parent(string path)
    {
        int cut = path.AsSpan().LastIndexOfAny('.', '[');
        return cut < 0 ? "" : path[..cut];
    }
}
