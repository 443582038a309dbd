using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A key whose value is a section.</summary>
internal sealed class SectionKey(string name, Section section, string summary) : Key(name, summary)
{
    /// <inheritdoc/>
    public override Section Inner { get; } = section;

    /// <summary>Reads a short form in one line as the section it stands for, null for any other text; null: there is none.</summary>
    public Func<YamlScalar, YamlMapping?>? TextForm { get; init; }

    /// <summary>The short form for editors.</summary>
    public string TextPattern { get; init; } = "";

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        if (TextForm is null)
        {
            Inner.WriteSchema(writer);
            return;
        }

        writer.WriteStartArray("anyOf");
        writer.WriteStartObject();
        Inner.WriteSchema(writer);
        writer.WriteEndObject();
        writer.WriteStartObject();
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(TextPattern));
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
