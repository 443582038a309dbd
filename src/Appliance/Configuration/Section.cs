using System.Collections.Immutable;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>The keys of one section. Immutable.</summary>
/// <param name="keys">Those of this version, in the order of the sample.</param>
/// <param name="unavailable">Those that the product names but this version lacks: refused by name, never ignored.</param>
internal sealed class Section(ImmutableArray<Key> keys, ImmutableArray<string> unavailable)
{
    /// <summary>Those of this version.</summary>
    public ImmutableArray<Key> Keys { get; } = keys;

    /// <summary>Those that this version lacks.</summary>
    public ImmutableArray<string> Unavailable { get; } = unavailable;

    /// <summary>The declaration of a key, or null.</summary>
    public Key? Find(string name) => Keys.FirstOrDefault(k => k.Name == name);

    /// <summary>Writes the JSON Schema of the section as the members of an object.</summary>
    public void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "object");
        writer.WriteBoolean("additionalProperties", false);
        if (Keys.Any(k => k.Required))
        {
            writer.WriteStartArray("required");
            foreach (Key key in Keys.Where(k => k.Required)) writer.WriteStringValue(key.Name);
            writer.WriteEndArray();
        }

        writer.WriteStartObject("properties");
        foreach (Key key in Keys) WriteKey(writer, key);
        writer.WriteEndObject();
    }

    private static void WriteKey(Utf8JsonWriter writer, Key key)
    {
        writer.WriteStartObject(key.Name);
        writer.WriteString("description", key.DefaultText is null ? key.Summary : $"{key.Summary} Default: {key.DefaultText}");
        key.WriteSchema(writer);
        writer.WriteEndObject();
    }
}
