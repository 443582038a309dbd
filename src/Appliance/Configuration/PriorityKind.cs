using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A VRRP priority, or `auto`.</summary>
internal sealed class PriorityKind : ValueKind<int?>
{
    private static readonly IntegerKind Number = new(1, 254);

    /// <inheritdoc/>
    public override int? Placeholder => null;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out int? value)
    {
        value = null;
        if (scalar.Text == "auto") return null;
        string? error = Number.Read(scalar, out int priority);
        if (error is not null) return $"{Quoted.Form(scalar.Written)} is neither auto nor a whole number from 1 to 254";
        value = priority;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("anyOf");
        writer.WriteStartObject();
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution("auto"));
        writer.WriteEndObject();
        writer.WriteStartObject();
        writer.WriteString("type", "integer");
        writer.WriteNumber("minimum", 1);
        writer.WriteNumber("maximum", 254);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
