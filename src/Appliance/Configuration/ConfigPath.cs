namespace Appliance.Configuration;

/// <summary>Writes the path of a key, such as `listeners[0].routes[1].upstream`.</summary>
internal static class ConfigPath
{
    private const int MaximumKeyLength = 60;

    /// <summary>The path of a key inside a section; the root's path is empty. A key that is no word is put in quotes.</summary>
    public static string Join(string section, string key)
    {
        string shown = key.Length <= MaximumKeyLength && key.All(IsWord) && key.Length > 0 ? key : Quoted.Form(key);
        return section.Length == 0 ? shown : $"{section}.{shown}";
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
