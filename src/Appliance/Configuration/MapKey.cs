using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A key whose value is a section with names of the operator's own, each with a single value.</summary>
/// <param name="name">As written in the file.</param>
/// <param name="names">How a name is written.</param>
/// <param name="values">How a value is written.</param>
/// <param name="summary">One line for the operator.</param>
internal sealed class MapKey<TName, TValue>(string name, ValueKind<TName> names, ValueKind<TValue> values, string summary) : Key(name, summary)
    where TName : notnull
{
    /// <summary>The most entries; they are applied to every message.</summary>
    public const int MaximumEntries = 64;

    /// <summary>How a name is written.</summary>
    public ValueKind<TName> Names { get; } = names;

    /// <summary>How a value is written.</summary>
    public ValueKind<TValue> Values { get; } = values;

    /// <summary>When two names are the same.</summary>
    public IEqualityComparer<TName> Comparer { get; init; } = EqualityComparer<TName>.Default;

    /// <inheritdoc/>
    public override string DefaultText => "{}";

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "object");
        writer.WriteNumber("maxProperties", MaximumEntries);
        writer.WriteStartObject("additionalProperties");
        Values.WriteSchema(writer);
        writer.WriteEndObject();
    }
}
