using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>Regular expressions of the JSON Schema.</summary>
internal static class SchemaPattern
{
    /// <summary>A value that comes from the environment.</summary>
    private const string Substitution = @"\$\{";

    /// <summary>The pattern of the whole value, or a value with `${NAME}` in it, which no editor can check.</summary>
    public static string OrSubstitution(string pattern) => $"^(?:{pattern})$|{Substitution}";

    /// <summary>A value that is not text, or text with `${NAME}` in it.</summary>
    /// <param name="writer">Stands inside the object of the value.</param>
    /// <param name="writeType">Writes the members that describe the value itself.</param>
    public static void WriteTypeOrSubstitution(Utf8JsonWriter writer, Action<Utf8JsonWriter> writeType)
    {
        writer.WriteStartArray("anyOf");
        writer.WriteStartObject();
        writeType(writer);
        writer.WriteEndObject();
        writer.WriteStartObject();
        writer.WriteString("type", "string");
        writer.WriteString("pattern", Substitution);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
