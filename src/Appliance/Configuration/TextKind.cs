using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>Text with a rule.</summary>
/// <param name="expectation">What the text must be, after "is not".</param>
/// <param name="rule">True for text that is fine.</param>
/// <param name="pattern">The same rule for editors, as far as a regular expression can say it; null: any text.</param>
internal sealed class TextKind(string expectation, Func<string, bool> rule, string? pattern = null) : ValueKind<string>
{
    /// <inheritdoc/>
    public override string Placeholder => "";

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out string value)
    {
        bool good = rule(scalar.Text);
        value = good ? scalar.Text : Placeholder;
        return good ? null : $"{Quoted.Form(scalar.Written)} is not {expectation}";
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "string");
        if (pattern is not null) writer.WriteString("pattern", SchemaPattern.OrSubstitution(pattern));
    }
}
