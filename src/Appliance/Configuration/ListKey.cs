using System.Collections.Immutable;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A key with a list of single values.</summary>
internal sealed class ListKey<T>(string name, ValueKind<T> kind, ImmutableArray<string> defaults, string summary) : Key(name, summary)
{
    /// <summary>How one item is written.</summary>
    public ValueKind<T> Kind { get; } = kind;

    /// <summary>The items that stand when the key is absent.</summary>
    public ImmutableArray<T> Defaults { get; } = [.. defaults.Select(kind.ReadDefault)];

    /// <summary>What to say when an item is a section, which a later version may allow; null: nothing special.</summary>
    public string? SectionItem { get; init; }

    /// <summary>The absent list is not the same as an empty one, so no default can be written down.</summary>
    public bool Alternative { get; init; }

    /// <inheritdoc/>
    public override string? DefaultText => Required || Alternative ? null : $"[{string.Join(", ", defaults)}]";

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "array");
        if (Required) writer.WriteNumber("minItems", 1);
        writer.WriteStartObject("items");
        Kind.WriteSchema(writer);
        writer.WriteEndObject();
    }
}
