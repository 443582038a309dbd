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
