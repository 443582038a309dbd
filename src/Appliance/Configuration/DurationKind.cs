using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A duration within bounds.</summary>
/// <param name="minimumMs">Shortest, in milliseconds.</param>
/// <param name="maximumMs">Longest, in milliseconds.</param>
/// <param name="stepMs">The value is a multiple of this many milliseconds.</param>
internal sealed class DurationKind(long minimumMs, long maximumMs, long stepMs = 1) : ValueKind<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Placeholder => TimeSpan.FromMilliseconds(minimumMs);

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out TimeSpan value)
    {
        value = Placeholder;
        UnitTable table = UnitTable.Milliseconds;
        if (!table.TryRead(scalar.Text, out long ms)) return $"{Quoted.Form(scalar.Written)} is not {table.Example}";
        if (ms < minimumMs || ms > maximumMs)
        {
            return $"{Quoted.Form(scalar.Written)} is out of range: {table.Format(minimumMs)} to {table.Format(maximumMs)}";
        }

        if (ms % stepMs != 0) return $"{Quoted.Form(scalar.Written)} is not a multiple of {table.Format(stepMs)}";
        value = TimeSpan.FromMilliseconds(ms);
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution(UnitTable.Milliseconds.Pattern));
    }
}
