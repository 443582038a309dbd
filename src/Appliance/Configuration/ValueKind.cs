using System.Text.Json;

namespace Appliance.Configuration;

/// <summary>How one value is written in the file and what it means. Stateless; shared by the loader and the schema.</summary>
/// <typeparam name="T">What the loader makes of it.</typeparam>
internal abstract class ValueKind<T>
{
    /// <summary>Stands in for a wrong value while the rest of the file is checked; never part of a configuration that is handed out.</summary>
    public abstract T Placeholder { get; }

    /// <summary>Reads a value.</summary>
    /// <param name="scalar">Neither empty nor faulty.</param>
    /// <param name="value">The result; the placeholder on error.</param>
    /// <returns>What is wrong and what would be right, or null.</returns>
    public abstract string? Read(YamlScalar scalar, out T value);

    /// <summary>Writes the members of the JSON Schema that describe the value; the writer stands inside an object.</summary>
    public abstract void WriteSchema(Utf8JsonWriter writer);

    /// <summary>Text of a default as the kind's own value; a default that is wrong is a mistake of the program.</summary>
    public T ReadDefault(string text)
    {
        string? error = Read(new YamlScalar(0, 0, text, text, true), out T value);
        return error is null ? value : throw new InvalidOperationException($"default {text}: {error}");
    }
}
