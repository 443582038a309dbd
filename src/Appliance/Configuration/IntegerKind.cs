using System.Globalization;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A whole number within bounds.</summary>
internal sealed class IntegerKind(int minimum, int maximum) : ValueKind<int>
{
    /// <inheritdoc/>
    public override int Placeholder => minimum;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out int value)
    {
        value = Placeholder;
        bool number = long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long read);
        if (!number || !(scalar.Plain || scalar.Substituted)) return $"{Quoted.Form(scalar.Written)} is not a whole number";
        if (read < minimum || read > maximum) return $"{Quoted.Form(scalar.Written)} is out of range: {minimum} to {maximum}";
        value = (int)read;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer) => SchemaPattern.WriteTypeOrSubstitution(writer, w =>
    {
        w.WriteString("type", "integer");
        w.WriteNumber("minimum", minimum);
        w.WriteNumber("maximum", maximum);
    });
}
