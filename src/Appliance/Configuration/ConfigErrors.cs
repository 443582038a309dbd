using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Appliance.Configuration;

/// <summary>Collects the mistakes of one file and the places of its values. One thread.</summary>
/// <param name="file">The file as it was named to us.</param>
internal sealed class ConfigErrors(string file)
{
    /// <summary>A file of a thousand mistakes is not a configuration; the rest is counted, so that memory and output stay bounded.</summary>
    public const int Limit = 1000;

    private readonly List<ConfigError> _errors = [];
    private readonly Dictionary<string, (int Line, int Column)> _places = [];
    private int _dropped;

    /// <summary>True when nothing was wrong so far.</summary>
    public bool IsEmpty => _errors.Count == 0;

    /// <summary>True when further mistakes are only counted, and <see cref="IsSound"/> no longer knows of all.</summary>
    public bool IsFull => _dropped > 0;

    /// <summary>Remembers where a value stands.</summary>
    public void Place(string path, int line, int column) => _places[path] = (line, column);

    /// <summary>True when the operator wrote the key.</summary>
    public bool Has(string path) => _places.ContainsKey(path);

    /// <summary>Notes a mistake at a place.</summary>
    public void Add(int line, int column, string path, string message) => Add(new ConfigError(file, line, column, path, message));

    /// <summary>Notes a mistake at a value that was placed before, or at the nearest section round it.</summary>
    public void Add(string path, string message) => Add(ConfigSource.Locate(file, _places, path, message));

    /// <summary>True when no mistake was noted for the value, inside it or for what surrounds it, so that a check of its meaning makes sense.</summary>
    public bool IsSound(string path)
    {
        foreach (ConfigError error in _errors)
        {
            if (Contains(error.Path, path) || Contains(path, error.Path)) return false;
        }

        return true;
    }

    /// <summary>All mistakes in the order of the file.</summary>
    public ImmutableArray<ConfigError> ToSorted()
    {
        IEnumerable<ConfigError> sorted = _errors.OrderBy(e => e.Line).ThenBy(e => e.Column);
        return _dropped == 0 ? [.. sorted] : [.. sorted, new ConfigError(file, 0, 0, "", $"{_dropped} more errors")];
    }

    /// <summary>The places, for checks after loading.</summary>
    public ConfigSource ToSource() => new(file, _places.ToFrozenDictionary());

    private static bool Contains(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.Ordinal) && (inner.Length == outer.Length || inner[outer.Length] is '.' or '[');

    private void Add(ConfigError error)
    {
        if (_errors.Count < Limit) _errors.Add(error);
        else _dropped++;
    }
}
