using System.Globalization;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>A number within bounds, with or without a decimal point.</summary>
internal sealed class NumberKind(double minimum, double maximum) : ValueKind<double>
{
    /// <inheritdoc/>
    public override double Placeholder => minimum;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out double value)
    {
        value = Placeholder;
        bool number = double.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double read);
        if (!number || !(scalar.Plain || scalar.Substituted)) return $"{Quoted.Form(scalar.Written)} is not a number";
        if (!(read >= minimum && read <= maximum))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Quoted.Form(scalar.Written)} is out of range: {minimum} to {maximum}");
        }

        value = read;
        return null;
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer) => SchemaPattern.WriteTypeOrSubstitution(writer, w =>
    {
        w.WriteString("type", "number");
        w.WriteNumber("minimum", minimum);
        w.WriteNumber("maximum", maximum);
    });
}
