namespace Appliance.Configuration;

/// <summary>A key and its value.</summary>
/// <param name="Line">Of the key, from 1.</param>
/// <param name="Column">Of the key, from 1.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
internal sealed record YamlEntry(int Line, int Column, string Key, YamlNode Value);
