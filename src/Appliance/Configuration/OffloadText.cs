namespace Appliance.Configuration;

/// <summary>The short form of `offload_after`: `1000 refusals in 10s`, or `1000 refusals in 10s for 60s`.</summary>
internal static class OffloadText
{
    /// <summary>The form for editors.</summary>
    public const string Pattern = "[0-9]+ refusals in [0-9]+[a-z]+(?: for [0-9]+[a-z]+)?";

    /// <summary>The section that the text stands for; null for any other text. Its values are checked as if they were written one by one.</summary>
    public static YamlMapping? Read(YamlScalar scalar)
    {
        string[] words = scalar.Text.Split(' ');
        bool shaped = words is [_, "refusals", "in", _] or [_, "refusals", "in", _, "for", _];
        if (!shaped) return null;
        YamlMapping section = new(scalar.Line, scalar.Column, [Entry(scalar, "refusals", words[0]), Entry(scalar, "window", words[3])]);
        return words.Length == 4 ? section : section with { Entries = section.Entries.Add(Entry(scalar, "for", words[5])) };
    }

    /// <summary>A value from the environment may be a secret; then the whole of what is written stands for it in messages.</summary>
    private static YamlEntry Entry(YamlScalar scalar, string key, string word) => new(
        scalar.Line, scalar.Column, key, new YamlScalar(scalar.Line, scalar.Column, word, scalar.Substituted ? scalar.Written : word, Plain: true));
}
