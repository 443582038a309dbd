using System.Text.RegularExpressions;
using Appliance.Tests.Configuration;

namespace Appliance.Tests;

/// <summary>A C# file of the repository.</summary>
/// <param name="Path">Relative to the root.</param>
/// <param name="Text">As it is.</param>
/// <param name="Code">Without comments and the content of strings, so that words in them do not count.</param>
/// <param name="Lines">Number of lines.</param>
internal sealed partial record SourceFile(string Path, string Text, string Code, int Lines)
{
    /// <summary>Reads a file.</summary>
    public static SourceFile Read(string path)
    {
        string text = File.ReadAllText(Repository.At(path));
        return new(path, text, CommentOrString().Replace(text, ""), text.Count(c => c == '\n'));
    }

    [GeneratedRegex("//[^\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|@\"(?:[^\"]|\"\")*\"|\"(?:[^\"\\\\\n]|\\\\.)*\"|'(?:[^'\\\\\n]|\\\\.)+'", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
