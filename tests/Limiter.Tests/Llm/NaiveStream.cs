using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Limiter.Tests.Llm;

/// <summary>The guard's rule once more, over a whole stream in memory, with regular expressions and a document per event: slow and plain.</summary>
internal sealed partial class NaiveStream
{
    /// <summary>Bytes of text per event with data, in order; -1 for [DONE], and of what is not JSON its length.</summary>
    public List<int> EventBytes { get; } = [];

    /// <summary>Where each event with data begins.</summary>
    public List<int> Starts { get; } = [];

    public NaiveStream(string latin1)
    {
        bool hasFields = false;
        string? data = null;
        int start = 0;
        if (latin1.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal)) latin1 = "\0\0\0" + latin1[3..];
        foreach (Match line in Line().Matches(latin1))
        {
            string text = line.Groups[1].Value.TrimStart('\0');
            if (text.Length > 0 && text[0] != ':')
            {
                hasFields = true;
                if (text == "data" || text.StartsWith("data:", StringComparison.Ordinal)) data = (data is null ? "" : data + "\n") + Value(text);
                continue;
            }

            if (text.Length > 0 && hasFields) continue;
            if (text.Length == 0 && data is not null) Add(start, data);
            if (text.Length == 0) (hasFields, data) = (false, null);
            start = line.Index + line.Length;
        }

        if (data is not null) Add(start, data);
    }

    /// <summary>What goes out before the cut, and the tokens counted until then; null when there is no cut.</summary>
    public (int Start, long Tokens)? Cut(long limit, long buffer)
    {
        long tokens = 0, next = buffer;
        for (int i = 0; i < EventBytes.Count; i++)
        {
            tokens += (Math.Max(EventBytes[i], 0) + 3) / 4;
            if (tokens < next) continue;
            next = (tokens / buffer + 1) * buffer;
            if (tokens > limit) return (Starts[i], tokens);
        }

        return null;
    }

    public long Tokens => EventBytes.Sum(bytes => (Math.Max(bytes, 0) + 3) / 4);

    private static string Value(string line) => line.Length <= 5 ? "" : line[5] == ' ' ? line[6..] : line[5..];

    private void Add(int start, string latin1Data)
    {
        Starts.Add(start);
        EventBytes.Add(latin1Data == "[DONE]" ? -1 : TextBytes(latin1Data));
    }

    private static int TextBytes(string latin1Data)
    {
        byte[] utf8 = Encoding.Latin1.GetBytes(latin1Data);
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8);
            return Root(document.RootElement);
        }
        catch (JsonException)
        {
            return utf8.Length;
        }
    }

    private static int Root(JsonElement root)
    {
        int bytes = 0;
        if (root.TryGetProperty("choices", out JsonElement choices)) bytes += choices.EnumerateArray().Sum(choice => Sum(choice, "delta", "content"));
        if (root.TryGetProperty("candidates", out JsonElement candidates))
            bytes += candidates.EnumerateArray().Sum(candidate => candidate.GetProperty("content").GetProperty("parts").EnumerateArray().Sum(part => Sum(part, "text")));
        if (root.TryGetProperty("delta", out JsonElement delta) && delta.ValueKind == JsonValueKind.String) return bytes + Encoding.UTF8.GetByteCount(delta.GetString()!);
        return bytes + Sum(root, "delta", "text") + Sum(root, "delta", "thinking") + Sum(root, "delta", "partial_json") + Sum(root, "content_block", "name");
    }

    private static int Sum(JsonElement element, params string[] path)
    {
        foreach (string name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return 0;
        }

        return element.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetByteCount(element.GetString()!) : 0;
    }

    [GeneratedRegex(@"([^\r\n]*)(?:\r\n|\r|\n)")]
    private static partial Regex Line();
}
