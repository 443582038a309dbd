using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>
/// The one declaration of a key: the loader reads by it, the JSON Schema is written from it, and samples/full.yaml is checked
/// against it. Immutable.
/// </summary>
/// <param name="name">As written in the file.</param>
/// <param name="summary">One line for the operator; the comment in samples/full.yaml and the description in the schema.</param>
internal abstract class Key(string name, string summary)
{
    /// <summary>As written in the file.</summary>
    public string Name { get; } = name;

    /// <summary>One line for the operator.</summary>
    public string Summary { get; } = summary;

    /// <summary>True when the section makes no sense without it.</summary>
    public bool Required { get; init; }

    /// <summary>The default as it would be written in the file; null when there is none that could be written.</summary>
    public virtual string? DefaultText => null;

    /// <summary>The keys inside, for a section or a list of sections.</summary>
    public virtual Section? Inner => null;

    /// <summary>Writes the JSON Schema of the value as the members of an object.</summary>
    public abstract void WriteSchema(Utf8JsonWriter writer);
}
