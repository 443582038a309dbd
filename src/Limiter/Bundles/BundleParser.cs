using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Appliance.Limiter.Bundles;

/// <summary>From bytes to nodes. Strict JSON: no comments, no trailing commas, no name twice in one object.</summary>
internal static class BundleParser
{
    public const int MaxBytes = 50 * 1024 * 1024;
    public const int MaxDepth = 32;
    public const int MaxPolicies = 100_000;

    /// <summary>In one policy, and in everything around the policies.</summary>
    public const int MaxValues = 2_000_000;
    private const string PoliciesName = "policies";

    /// <summary>The document, its syntax checked to the end; or null with the reason among the findings.</summary>
    public static BundleDocument? Parse(ReadOnlySpan<byte> utf8Json, BundleFindings findings)
    {
        if (utf8Json.IsEmpty) return Refuse(findings, 0, "json_string_required: the file is empty");
        int bad = FirstInvalid(utf8Json);
        if (bad >= 0) return Refuse(findings, bad, "json_parse_error: the file is not UTF-8");
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = MaxDepth });
        var policies = new PolicyRanges();
        try
        {
            BundleNode? root = Build(ref reader, 0, null, 0, policies, findings);
            return root is null ? null : new BundleDocument(root, policies.Ranges, policies.Count);
        }
        catch (JsonException malformed)
        {
            int offset = OffsetOf(utf8Json, malformed.LineNumber ?? 0, malformed.BytePositionInLine ?? 0);
            return Refuse(findings, offset, "json_parse_error: " + InBrief(WithoutPlace(malformed.Message)));
        }
        catch (InvalidOperationException)
        {
            return Refuse(findings, (int)reader.TokenStartIndex, HalfSurrogate);
        }
    }

    /// <summary>One element of `policies`; null with the reason among the findings.</summary>
    public static BundleNode? ParsePolicy(ReadOnlySpan<byte> utf8Json, BundleDocument document, int index, BundleFindings findings)
    {
        (int offset, int length) = document.PolicyRanges[index];
        var reader = new Utf8JsonReader(utf8Json.Slice(offset, length), new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            return Build(ref reader, offset, document.Root.Member(PoliciesName), index, null, findings);
        }
        catch (InvalidOperationException)
        {
            findings.ErrorAt(offset + (int)reader.TokenStartIndex, HalfSurrogate);
            return null;
        }
    }

    /// <summary>What Utf8JsonReader says of an escape that is half of a surrogate pair, by <see cref="InvalidOperationException"/>.</summary>
    private static string HalfSurrogate => "json_parse_error: a string holds half of a surrogate pair";

    /// <param name="reader">Before the value.</param>
    /// <param name="origin">Where the reader's bytes begin in the file.</param>
    /// <param name="outer">What the value is an element of.</param>
    /// <param name="position">Its place there.</param>
    /// <param name="policies">Takes the elements of the member `policies` instead of the tree; null: nothing is left out.</param>
    /// <param name="findings">Takes what is refused.</param>
    private static BundleNode? Build(
        ref Utf8JsonReader reader, int origin, BundleNode? outer, int position, PolicyRanges? policies, BundleFindings findings)
    {
        BundleNode? root = null;
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

            int offset = origin + (int)reader.TokenStartIndex;
            if (++values > MaxValues)
            {
                findings.ErrorAt(offset, $"more than {MaxValues} values");
                return null;
            }

            BundleNode? parent = open.Count > 0 ? open.Peek() : outer;
            int place = root is null ? position : parent!.Items.Count;
            var node = new BundleNode(KindOf(reader.TokenType), offset, parent, name, place) { Text = TextOf(ref reader) };
            if (root is null) root = node;
            else if (parent!.IsArray) parent.Items.Add(node);
            else if (!parent.Members.TryAdd(name!, node)) findings.Error(node, "this name occurs twice in one object");
            bool isPolicies = policies is not null && node.IsArray && open.Count == 1 && name == PoliciesName;
            name = null;
            if (isPolicies) policies!.Collect(ref reader);
            else if (node.IsObject || node.IsArray) open.Push(node);
        }

        return root;
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

    private static int FirstInvalid(ReadOnlySpan<byte> utf8Json)
    {
        if (Utf8.IsValid(utf8Json)) return -1;
        int at = 0;
        while (Rune.DecodeFromUtf8(utf8Json[at..], out _, out int length) == System.Buffers.OperationStatus.Done) at += length;
        return at;
    }

    /// <summary>The offset of a place, both numbers from 0.</summary>
    private static int OffsetOf(ReadOnlySpan<byte> utf8Json, long line, long column)
    {
        int at = 0;
        for (; line > 0; line--) at += utf8Json[at..].IndexOf((byte)'\n') + 1;
        return (int)Math.Min(at + column, utf8Json.Length);
    }

    /// <summary>Without the place that the framework appends: ours is in the finding.</summary>
    private static string WithoutPlace(string message)
    {
        int place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? message : message[..place];
    }

    /// <summary>Of a broken literal the framework quotes all that follows, up to the end of the file.</summary>
    private static string InBrief(string message)
    {
        const int LongestQuote = 24;
        const int Longest = 200;
        int end = message.LastIndexOf("' is ", StringComparison.Ordinal);
        if (end > LongestQuote) message = message[..LongestQuote] + "..." + message[end..];
        return new string([.. message.Take(Longest).Select(c => char.IsControl(c) ? ' ' : c)]);
    }

    private static BundleDocument? Refuse(BundleFindings findings, int offset, string message)
    {
        findings.ErrorAt(offset, message);
        return null;
    }
}
