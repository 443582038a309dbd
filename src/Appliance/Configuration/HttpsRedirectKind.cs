using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>`false`, `true` for port 443, or a port.</summary>
internal sealed class HttpsRedirectKind : ValueKind<int?>
{
    private const int HttpsPort = 443;

    /// <inheritdoc/>
    public override int? Placeholder => null;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out int? value)
    {
        value = scalar.Text == "true" ? HttpsPort : null;
        if (value is not null || scalar.Text == "false") return null;
        if (!AddressText.TryPort(scalar.Text, out int port)) return $"{Quoted.Form(scalar.Written)} is neither true nor false nor a port from 1 to 65535";
        value = port;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer) => SchemaPattern.WriteTypeOrSubstitution(writer, w =>
    {
        w.WriteStartArray("type");
        w.WriteStringValue("boolean");
        w.WriteStringValue("integer");
        w.WriteEndArray();
        w.WriteNumber("minimum", 1);
        w.WriteNumber("maximum", 65535);
    });
}
