using System.Text;

namespace Appliance.Configuration;

/// <summary>Refuses what is not text before the YAML parser sees it: to that parser a NUL is the end of the file.</summary>
internal static class TextCheck
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes UTF-8, with or without byte order mark; null after noting a mistake.</summary>
    public static string? TryDecode(ReadOnlySpan<byte> content, ConfigErrors errors)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[3..];
        string text;
        try
        {
            text = Strict.GetString(content);
        }
        catch (DecoderFallbackException failure)
        {
            Note(errors, Encoding.UTF8.GetString(content[..Math.Clamp(failure.Index, 0, content.Length)]), "the file is not UTF-8 text");
            return null;
        }

        int at = text.AsSpan().IndexOfAnyInRange('\0', '\u0008');
        int later = text.AsSpan().IndexOfAnyInRange('\u000e', '\u001f');
        if (at < 0 || (later >= 0 && later < at)) at = later;
        if (at < 0) return text;
        Note(errors, text[..at], $"control character U+{(int)text[at]:X4} is not allowed");
        return null;
    }

    private static void Note(ConfigErrors errors, string before, string message)
    {
        int line = before.Count(c => c == '\n') + 1;
        errors.Add(line, before.Length - before.LastIndexOf('\n'), "", message);
    }
}
