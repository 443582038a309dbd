using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A number of bytes within bounds.</summary>
internal sealed class SizeKind(long minimumBytes, long maximumBytes) : ValueKind<long>
{
    /// <inheritdoc/>
    public override long Placeholder => minimumBytes;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out long value)
    {
        value = Placeholder;
        UnitTable table = UnitTable.Bytes;
        if (!table.TryRead(scalar.Text, out long bytes)) return $"{Quoted.Form(scalar.Written)} is not {table.Example}";
        if (bytes < minimumBytes || bytes > maximumBytes)
        {
            return $"{Quoted.Form(scalar.Written)} is out of range: {table.Format(minimumBytes)} to {table.Format(maximumBytes)}";
        }

        value = bytes;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        writer.WriteStringValue("string");
        writer.WriteStringValue("integer");
        writer.WriteEndArray();
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(UnitTable.Bytes.Pattern));
    }
}
