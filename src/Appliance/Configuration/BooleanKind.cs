using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>`true` or `false`.</summary>
internal sealed class BooleanKind : ValueKind<bool>
{
    /// <inheritdoc/>
    public override bool Placeholder => false;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out bool value)
    {
        value = scalar.Text == "true";
        bool good = (value || scalar.Text == "false") && (scalar.Plain || scalar.Substituted);
        return good ? null : $"{Quoted.Form(scalar.Written)} is neither true nor false (without quotes)";
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer) => SchemaPattern.WriteTypeOrSubstitution(writer, w => w.WriteString("type", "boolean"));
}
