using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A key with a list of lists of single values; empty when absent.</summary>
internal sealed class NestedListKey<T>(string name, ValueKind<T> kind, string summary) : Key(name, summary)
{
    /// <summary>How one item of the inner lists is written.</summary>
    public ValueKind<T> Kind { get; } = kind;

    /// <inheritdoc/>
    public override string DefaultText => "[]";

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        writer.WriteString("type", "array");
        writer.WriteNumber("minItems", 1);
        writer.WriteStartObject("items");
        Kind.WriteSchema(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
