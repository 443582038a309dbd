using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A rate in bits per second within bounds.</summary>
internal sealed class RateKind(long minimum, long maximum) : ValueKind<long>
{
    /// <inheritdoc/>
    public override long Placeholder => minimum;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out long value)
    {
        value = Placeholder;
        UnitTable table = UnitTable.BitsPerSecond;
        if (!table.TryRead(scalar.Text, out long rate)) return $"{Quoted.Form(scalar.Written)} is not {table.Example}";
        if (rate < minimum || rate > maximum)
        {
            return $"{Quoted.Form(scalar.Written)} is out of range: {table.Format(minimum)} to {table.Format(maximum)}";
        }

        value = rate;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(UnitTable.BitsPerSecond.Pattern));
    }
}
