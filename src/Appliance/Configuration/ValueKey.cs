using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A key with a single value.</summary>
internal sealed class ValueKey<T>(string name, ValueKind<T> kind, string? defaultText, string summary) : Key(name, summary)
{
    /// <summary>How the value is written.</summary>
    public ValueKind<T> Kind { get; } = kind;

    /// <inheritdoc/>
    public override string? DefaultText { get; } = defaultText;

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer) => Kind.WriteSchema(writer);
}
