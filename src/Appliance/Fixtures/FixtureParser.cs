using System.Text;
using System.Text.Json;

namespace Appliance.Fixtures;

/// <summary>From bytes to nodes. Strict JSON, no name twice in one object.</summary>
internal static class FixtureParser
{
    private const int MaxDepth = 64;
    private const int MaxValues = 1_000_000;

    /// <summary>The document; null with the reason noted in the source.</summary>
    public static FixtureNode? Parse(FixtureSource source)
    {
        var reader = new Utf8JsonReader(source.Content, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            return Build(ref reader, source);
        }
        catch (JsonException malformed)
        {
            int offset = OffsetOf(source.Content, malformed.LineNumber ?? 0, malformed.BytePositionInLine ?? 0);
            int place = malformed.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            source.RefuseAt(offset, "not JSON: " + (place < 0 ? malformed.Message : malformed.Message[..place]));
        }
        catch (InvalidOperationException)
        {
            source.RefuseAt((int)reader.TokenStartIndex, "not JSON: a string is not valid UTF-8 or holds half of a surrogate pair");
        }

        return null;
    }

    private static FixtureNode? Build(ref Utf8JsonReader reader, FixtureSource source)
    {
        FixtureNode? root = null;
        var open = new Stack<FixtureNode>();
        string name = "";
        int values = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop().End = (int)reader.BytesConsumed;
                    continue;
                case JsonTokenType.PropertyName:
                    name = reader.GetString() ?? "";
                    continue;
            }

            if (++values > MaxValues)
            {
                source.RefuseAt((int)reader.TokenStartIndex, $"more than {MaxValues} values");
                return null;
            }

            FixtureNode? parent = open.TryPeek(out FixtureNode? top) ? top : null;
            FixtureNode node = Node(ref reader, parent, name);
            root ??= node;
            if (parent is { IsArray: true }) parent.Items.Add(node);
            else if (parent is not null && !parent.Members.TryAdd(name, node)) source.Refuse(node, "this name occurs twice in one object");
            if (node.IsObject || node.IsArray) open.Push(node);
        }

        return root;
    }

    private static FixtureNode Node(ref Utf8JsonReader reader, FixtureNode? parent, string name)
    {
        string step = parent is { IsArray: true } ? $"{parent.Items.Count}" : name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        return new FixtureNode(KindOf(reader.TokenType), (int)reader.TokenStartIndex, parent is null ? "" : $"{parent.Pointer}/{step}")
        {
            Text = TextOf(ref reader),
            End = (int)reader.BytesConsumed,
        };
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
        JsonTokenType.StartObject or JsonTokenType.StartArray => "",
        _ => Encoding.ASCII.GetString(reader.ValueSpan),
    };

    private static int OffsetOf(ReadOnlySpan<byte> content, long line, long column)
    {
        int at = 0;
        for (; line > 0; line--) at += content[at..].IndexOf((byte)'\n') + 1;
        return (int)Math.Min(at + column, content.Length);
    }
}
