using YamlDotNet.Core;

namespace Appliance.Configuration;

/// <summary>YAML reads some values of this file's own world as its punctuation; this says so where the parser's message cannot.</summary>
internal static class SyntaxHint
{
    /// <summary>A hint in parentheses for the line, or nothing.</summary>
    public static string For(string text, int line)
    {
        ReadOnlySpan<char> written = LineOf(text, line);
        if (written.IndexOf('\t') >= 0) return " (indentation is made of blanks, not tabs)";
        if (written.IndexOf("[:") >= 0 || written.IndexOf("]:") >= 0) return " (an IPv6 address must be in quotes: \"[::]:80\")";
        return written.IndexOf("${") >= 0 ? " (a value with ${...} inside [ ] or { } must be in quotes)" : "";
    }

    /// <summary>Where the mistake is. For a tab the parser names the beginning of the section; the tab itself is wanted.</summary>
    public static (int Line, int Column) PlaceOf(string text, YamlException failure)
    {
        (int line, int column) = ((int)failure.Start.Line, (int)failure.Start.Column);
        if (!failure.Message.Contains(" tab ", StringComparison.Ordinal)) return (line, column);
        int current = 0;
        foreach (ReadOnlySpan<char> candidate in text.AsSpan().EnumerateLines())
        {
            int tab = candidate.IndexOf('\t');
            if (++current >= line && tab >= 0 && candidate[..tab].IsWhiteSpace()) return (current, tab + 1);
        }

        return (line, column);
    }

    private static ReadOnlySpan<char> LineOf(string text, int line)
    {
        int current = 0;
        foreach (ReadOnlySpan<char> candidate in text.AsSpan().EnumerateLines())
        {
            if (++current == line) return candidate;
        }

        return default;
    }
}
