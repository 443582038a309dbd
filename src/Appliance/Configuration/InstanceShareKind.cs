using System.Text.Json;
using Appliance.Limiter;

namespace Appliance.Configuration;

/// <summary>`1/N`, read as N.</summary>
internal sealed class InstanceShareKind : ValueKind<int>
{
    /// <inheritdoc/>
    public override int Placeholder => 1;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out int value) =>
        InstanceShare.TryRead(scalar.Text, out value) ? null : $"{Quoted.Form(scalar.Written)} is not 1/N with an N of 1 to {InstanceShare.MaxInstances}";

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        writer.WriteString("pattern", SchemaPattern.OrSubstitution("1/[1-9][0-9]{0,3}"));
    }
}
