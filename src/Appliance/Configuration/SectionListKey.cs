using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A key whose value is a list of sections of one kind.</summary>
internal sealed class SectionListKey(string name, Section item, string summary) : Key(name, summary)
{
    /// <inheritdoc/>
    public override Section Inner { get; } = item;

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "array");
        if (Required) writer.WriteNumber("minItems", 1);
        writer.WriteStartObject("items");
        Inner.WriteSchema(writer);
        writer.WriteEndObject();
    }
}
