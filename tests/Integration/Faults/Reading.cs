using System.Globalization;

namespace Integration.Faults;

/// <summary>
/// How one kind of server reads a stream of requests. Each is lenient in a way that servers are or were; what reaches a server is safe only when
/// all of them find the same requests in it.
/// </summary>
internal sealed record Reading(string Name)
{
    /// <summary>As RFC 9112 has it.</summary>
    public static readonly Reading Strict = new("strict");

    public static IReadOnlyList<Reading> All { get; } =
    [
        Strict,
        new("bare LF, folds, spaces, any chunked") { LineFeed = true, Fold = true, Trim = true, AnyChunked = true },
        new("length before chunked, the first length") { LengthFirst = true, LineFeed = true, Trim = true },
        new("length before chunked, the last length") { LengthFirst = true, LastLength = true, Fold = true },
        new("bare CR ends a line") { CarriageReturn = true, LineFeed = true, Trim = true, AnyChunked = true, LastLength = true },
        new("values end at NUL and may begin with tabs, folds are fields of their own") { EndAtNul = true },
    ];

    public bool LineFeed { get; init; }

    public bool CarriageReturn { get; init; }

    public bool Fold { get; init; }

    public bool Trim { get; init; }

    public bool AnyChunked { get; init; }

    public bool LengthFirst { get; init; }

    public bool LastLength { get; init; }

    public bool EndAtNul { get; init; }

    /// <summary>`METHOD target body` of each complete request; <paramref name="rest"/> is where the first incomplete one begins.</summary>
    public List<string> Requests(string stream, out int rest)
    {
        var found = new List<string>();
        rest = 0;
        while (rest < stream.Length && One(stream, rest, out string request, out int next))
        {
            found.Add(request);
            rest = next;
        }

        return found;
    }

    private bool One(string stream, int at, out string request, out int next)
    {
        request = "";
        next = at;
        if (!Line(stream, ref next, out string first)) return false;
        var fields = new List<(string Name, string Value)>();
        while (true)
        {
            if (!Line(stream, ref next, out string line)) return false;
            if (line.Length == 0) break;
            if (Fold && line[0] is ' ' or '\t' && fields.Count > 0) fields[^1] = (fields[^1].Name, fields[^1].Value + " " + line.Trim());
            else fields.Add(Field(line));
        }

        if (!Body(stream, ref next, fields, out string body)) return false;
        string[] words = first.Split(' ');
        request = $"{words[0]} {(words.Length > 1 ? words[1] : "")} {body}";
        return true;
    }

    private (string Name, string Value) Field(string line)
    {
        if (EndAtNul && line.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var nul) line = line[..nul];
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return (line, "");
        string name = Trim ? line[..colon].Trim() : line[..colon];
        return (name.ToUpperInvariant(), EndAtNul ? line[(colon + 1)..].Trim(' ') : line[(colon + 1)..].Trim(' ', '\t', '\x0b', '\x0c'));
    }

    private bool Body(string stream, ref int next, List<(string Name, string Value)> fields, out string body)
    {
        body = "";
        string[] lengths = [.. fields.Where(field => field.Name == "CONTENT-LENGTH").Select(field => field.Value)];
        bool chunked = fields.Any(field => field.Name == "TRANSFER-ENCODING" && (AnyChunked
            ? field.Value.Contains("chunked", StringComparison.OrdinalIgnoreCase)
            : field.Value.Equals("chunked", StringComparison.OrdinalIgnoreCase)));
        if (chunked && !(LengthFirst && lengths.Length > 0)) return Chunks(stream, ref next, ref body);
        if (lengths.Length == 0) return true;
        string digits = string.Concat((LastLength ? lengths[^1] : lengths[0]).TakeWhile(char.IsAsciiDigit));
        if (!int.TryParse(digits, CultureInfo.InvariantCulture, out int length) || stream.Length - next < length) return false;
        body = stream.Substring(next, length);
        next += length;
        return true;
    }

    private bool Chunks(string stream, ref int next, ref string body)
    {
        while (true)
        {
            if (!Line(stream, ref next, out string line)) return false;
            string digits = string.Concat(line.TakeWhile(char.IsAsciiHexDigit));
            if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int size) || size < 0) return false;
            if (size == 0) break;
            if (stream.Length - next < size) return false;
            body += stream.Substring(next, size);
            next += size;
            if (!Line(stream, ref next, out string end) || end.Length > 0) return false;
        }

        string trailer;
        do
        {
            if (!Line(stream, ref next, out trailer)) return false;
        }
        while (trailer.Length > 0);
        return true;
    }

    private bool Line(string stream, ref int next, out string line)
    {
        for (int i = next; i < stream.Length; i++)
        {
            bool pair = stream[i] == '\r' && i + 1 < stream.Length && stream[i + 1] == '\n';
            if (!pair && !(LineFeed && stream[i] == '\n') && !(CarriageReturn && stream[i] == '\r')) continue;
            line = stream[next..i];
            next = i + (pair ? 2 : 1);
            return true;
        }

        line = "";
        return false;
    }
}
