using System.Collections.Immutable;
using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>One of a few words.</summary>
/// <param name="words">Those that mean something; the first is the placeholder.</param>
/// <param name="unavailable">Those that the product knows but this version lacks.</param>
internal sealed class ChoiceKind<T>(ImmutableArray<(string Word, T Value)> words, ImmutableArray<string> unavailable = default) : ValueKind<T>
{
    private readonly ImmutableArray<string> _unavailable = unavailable.IsDefault ? [] : unavailable;

    /// <summary>The words are numbers, which YAML editors take for such.</summary>
    public bool Numbers { get; init; }

    /// <inheritdoc/>
    public override T Placeholder => words[0].Value;

    /// <inheritdoc/>
    public override string? Read(YamlScalar scalar, out T value)
    {
        foreach ((string word, T meaning) in words)
        {
            value = meaning;
            if (scalar.Text == word) return null;
        }

        value = Placeholder;
        if (_unavailable.Contains(scalar.Text)) return $"{Quoted.Form(scalar.Written)} is not available in this version ({Words()})";
        string suggestion = Numbers ? "" : Suggestion.For(scalar.Written, words.Select(w => w.Word));
        return $"{Quoted.Form(scalar.Written)} is not {Words()}{suggestion}";
    }

    /// <inheritdoc/>
    public override void WriteSchema(Utf8JsonWriter writer)
    {
        if (Numbers)
        {
            writer.WriteStartArray("type");
            writer.WriteStringValue("integer");
            writer.WriteStringValue("string");
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteString("type", "string");
        }

        writer.WriteString("pattern", SchemaPattern.OrSubstitution(string.Join('|', words.Select(w => w.Word))));
    }

    private string Words() => words.Length == 1 ? $"only {words[0].Word}" : string.Join(" or ", words.Select(w => w.Word));
}
