using System.Text;
using System.Text.RegularExpressions;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>
/// A second reading of a message head, by the plainest means and with none of the product's code: lines cut at CRLF, each matched as a whole.
/// What we send on must have exactly this one reading.
/// </summary>
internal sealed partial class StrictMessage
{
    private StrictMessage(string startLine, List<(string Name, string Value)> fields)
    {
        StartLine = startLine;
        Fields = fields;
    }

    internal string StartLine { get; }

    internal IReadOnlyList<(string Name, string Value)> Fields { get; }

    /// <summary>The length, `chunked`, or nothing.</summary>
    internal string Framing
    {
        get
        {
            string[] lengths = All("Content-Length"), encodings = All("Transfer-Encoding");
            Require(lengths.Length + encodings.Length <= 1, "there is one framing");
            Require(encodings is [] || encodings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase), "the only coding is chunked");
            Require(lengths is [] || (lengths[0].Length is > 0 and <= 18 && lengths[0].All(char.IsAsciiDigit)), "a length is a number");
            return encodings.Length > 0 ? "chunked" : lengths.Length > 0 ? long.Parse(lengths[0]).ToString() : "";
        }
    }

    /// <summary>Reads a head that must be whole and nothing but the head.</summary>
    internal static StrictMessage Read(ReadOnlySpan<byte> bytes, bool request)
    {
        string text = Encoding.Latin1.GetString(bytes);
        Require(text.EndsWith("\r\n\r\n", StringComparison.Ordinal), "a head ends with an empty line");
        string[] lines = text[..^4].Split("\r\n");
        Require((request ? RequestLine() : StatusLine()).IsMatch(lines[0]), "the first line is sound");
        var fields = new List<(string, string)>();
        foreach (string line in lines.Skip(1))
        {
            Match match = FieldLine().Match(line);
            Require(match.Success, "every line is a field line");
            fields.Add((match.Groups[1].Value, match.Groups[2].Value.Trim(' ', '\t')));
        }

        return new StrictMessage(lines[0], fields);
    }

    internal string[] All(string name) =>
        [.. Fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value)];

    [GeneratedRegex(@"\A[!#$%&'*+\-.^_`|~0-9A-Za-z]+ (/[!-~]*|\*) HTTP/1\.1\z")]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"\AHTTP/1\.1 [1-5][0-9][0-9]( [\t -~\x80-\xff]*)?\z")]
    private static partial Regex StatusLine();

    [GeneratedRegex(@"\A([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t -~\x80-\xff]*)\z")]
    private static partial Regex FieldLine();
}
