using System.Globalization;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>`error`, `timeout`, or a status such as 503.</summary>
internal sealed class RetryCauseKind : ValueKind<RetryCause>
{
    /// <inheritdoc/>
    public override RetryCause Placeholder => new(true, false, 0);

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out RetryCause value)
    {
        value = scalar.Text == "timeout" ? new(false, true, 0) : Placeholder;
        if (scalar.Text is "error" or "timeout") return null;
        bool number = int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int status);
        if (!number || status is < 400 or > 599) return $"{Quoted.Form(scalar.Written)} is not error or timeout or a status from 400 to 599";
        value = new(false, false, status);
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        writer.WriteStringValue("string");
        writer.WriteStringValue("integer");
        writer.WriteEndArray();
        writer.WriteString("pattern", SchemaPattern.OrSubstitution("error|timeout|[45][0-9]{2}"));
        writer.WriteNumber("minimum", 400);
        writer.WriteNumber("maximum", 599);
    }
}
