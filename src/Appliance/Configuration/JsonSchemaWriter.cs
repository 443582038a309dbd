using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>Writes the JSON Schema of the configuration file, for editors, from the declarations that the loader reads by.</summary>
internal static class JsonSchemaWriter
{
    /// <summary>The schema (draft 2020-12) as indented text with a final newline.</summary>
    public static string Write()
    {
        using MemoryStream stream = new();
        // The schema is a file of its own and never part of an HTML page, so <, > and + may stand as they are.
        JsonWriterOptions options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (Utf8JsonWriter writer = new(stream, options))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            writer.WriteString("title", "appliance.yaml");
            ApplianceSection.Section.WriteSchema(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
