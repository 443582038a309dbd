using System.Text;

namespace Appliance.Limiter.AddressLists;

/// <summary>
/// Reads a list file: on each line a network, blanks and a value; `#` begins a comment; empty lines count for nothing. Bounds: see the constants.
/// </summary>
public static class AddressListReader
{
    /// <summary>The most lines with a network.</summary>
    public const int MaxEntries = 1_000_000;

    /// <summary>The longest file.</summary>
    public const int MaxBytes = 128 * 1024 * 1024;

    /// <summary>After so many mistakes reading stops.</summary>
    public const int MaxErrors = 20;

    /// <summary>Reads a whole file. Never throws for what it holds.</summary>
    /// <param name="kind">Which list it is.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="errors">All mistakes, at most <see cref="MaxErrors"/>; empty when a list is returned.</param>
    /// <returns>The list, or null when there is a mistake.</returns>
    public static AddressList? Read(AddressListKind kind, string file, ReadOnlySpan<byte> content, out IReadOnlyList<DescriptorFileError> errors)
    {
        var lines = new ListedLines(kind, file);
        if (content.Length > MaxBytes) lines.Error(0, $"the file has {content.Length} bytes; at most {MaxBytes} are read");
        else ReadLines(content, lines);
        errors = lines.Errors;
        return lines.ToList();
    }

    private static void ReadLines(ReadOnlySpan<byte> content, ListedLines lines)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[Encoding.UTF8.Preamble.Length..];
        for (int line = 1; !content.IsEmpty && !lines.IsDone; line++)
        {
            int end = content.IndexOf((byte)'\n');
            ReadOnlySpan<byte> text = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            int comment = text.IndexOf((byte)'#');
            text = (comment < 0 ? text : text[..comment]).Trim(" \t\r"u8);
            if (!text.IsEmpty) lines.Add(text, line);
        }
    }
}
