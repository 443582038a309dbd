using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>`auto`, or a size; null stands for `auto`.</summary>
internal sealed class MemoryLimitKind : ValueKind<long?>
{
    private static readonly SizeKind Size = new(16L << 20, 1L << 42);

    /// <inheritdoc/>
    public override long? Placeholder => null;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out long? value)
    {
        value = Placeholder;
        if (scalar.Text == "auto") return null;
        string? error = Size.Read(scalar, out long bytes);
        if (error is null) value = bytes;
        return error is null ? null : $"{error}, or auto";
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        writer.WriteStringValue("string");
        writer.WriteStringValue("integer");
        writer.WriteEndArray();
        writer.WriteString("pattern", SchemaPattern.OrSubstitution($"auto|{UnitTable.Bytes.Pattern}"));
    }
}
