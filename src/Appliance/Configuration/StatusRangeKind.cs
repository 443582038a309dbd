using System.Globalization;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>HTTP statuses: one such as `204`, or a range with both ends such as `200-399`.</summary>
internal sealed class StatusRangeKind : ValueKind<(int First, int Last)>
{
    /// <inheritdoc/>
    public override (int First, int Last) Placeholder => (200, 200);

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out (int First, int Last) value)
    {
        value = Placeholder;
        int dash = scalar.Text.IndexOf('-', StringComparison.Ordinal);
        bool good = TryStatus(dash < 0 ? scalar.Text : scalar.Text.AsSpan(0, dash), out int first);
        int last = first;
        if (dash >= 0) good &= TryStatus(scalar.Text.AsSpan(dash + 1), out last);
        if (!good || last < first) return $"{Quoted.Form(scalar.Written)} is neither a status from 100 to 599 nor a range such as 200-399";
        value = (first, last);
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        writer.WriteStringValue("string");
        writer.WriteStringValue("integer");
        writer.WriteEndArray();
        writer.WriteString("pattern", SchemaPattern.OrSubstitution("[1-5][0-9]{2}(?:-[1-5][0-9]{2})?"));
    }

    private static bool TryStatus(ReadOnlySpan<char> text, out int status) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out status) && text.Length == 3 && status is >= 100 and <= 599;
}
