using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Appliance.Limiter.Bundles;

/// <summary>From bytes to nodes. Strict JSON: no comments, no trailing commas, no name twice in one object.</summary>
internal static class BundleParser
{
    public const int MaxBytes = 50 * 1024 * 1024;
    public const int MaxDepth = 32;
    public const int MaxValues = 2_000_000;

    /// <summary>The document, or null with the reason among the findings.</summary>
    public static BundleNode? Parse(ReadOnlySpan<byte> utf8Json, BundleFindings findings)
    {
        if (utf8Json.IsEmpty) return Refuse(findings, 0, "json_string_required: the file is empty");
        if (!Utf8.IsValid(utf8Json)) return Refuse(findings, 0, "json_parse_error: the file is not UTF-8");
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            return Build(ref reader, findings);
        }
        catch (JsonException malformed)
        {
            int offset = findings.OffsetOf(malformed.LineNumber ?? 0, malformed.BytePositionInLine ?? 0);
            return Refuse(findings, offset, "json_parse_error: " + FirstSentence(malformed.Message));
        }
        catch (InvalidOperationException)
        {
            // What Utf8JsonReader says of an escape that is half of a surrogate pair.
            return Refuse(findings, (int)reader.TokenStartIndex, "json_parse_error: a string holds half of a surrogate pair");
        }
    }

    private static BundleNode? Build(ref Utf8JsonReader reader, BundleFindings findings)
    {
        BundleNode? document = null;
        var open = new Stack<BundleNode>();
        string? name = null;
        int values = 0;
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                open.Pop();
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = reader.GetString();
                continue;
            }

            if (++values > MaxValues) return Refuse(findings, (int)reader.TokenStartIndex, $"more than {MaxValues} values");
            BundleNode? parent = open.Count > 0 ? open.Peek() : null;
            var node = new BundleNode(KindOf(reader.TokenType), (int)reader.TokenStartIndex, parent, name) { Text = TextOf(ref reader) };
            document ??= node;
            if (parent is { IsArray: true }) parent.Items.Add(node);
            else if (parent is not null && !parent.Members.TryAdd(name!, node)) findings.Error(node, "this name occurs twice in one object");
            name = null;
            if (node.IsObject || node.IsArray) open.Push(node);
        }

        return document;
    }

    private static JsonValueKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => JsonValueKind.Object,
        JsonTokenType.StartArray => JsonValueKind.Array,
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        _ => JsonValueKind.Null,
    };

    private static string TextOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString() ?? "",
        JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "",
    };

    /// <summary>Without the place that the framework appends: ours is in the finding.</summary>
    private static string FirstSentence(string message)
    {
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? message : message[..place];
    }

    private static BundleNode? Refuse(BundleFindings findings, int offset, string message)
    {
        findings.ErrorAt(offset, message);
        return null;
    }
}
