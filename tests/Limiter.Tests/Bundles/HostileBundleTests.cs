using System.Text;
using System.Text.Json;
using Appliance.Limiter;
using FsCheck;
using FsCheck.Fluent;
using Limiter.Tests.Support;

namespace Limiter.Tests.Bundles;

[Collection(AloneCollection.Name)]
public sealed class HostileBundleTests
{
    private static readonly byte[] Sound = Encoding.UTF8.GetBytes(CompleteBundle.Text);

    private static readonly string[] Tokens =
        ["null", "{}", "[]", "-1", "1e400", "\"\"", "true", "\"\\u0000\"", "\"*.\"", "\"/\"", "99999999999999999999999999999999", "1e-400", "\"\\ud800\""];

    [Fact]
    public void AnyBytesGiveAResultAndNoException() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => IsConsistent(PolicyBundleReader.Read(bytes, Bundle.Now))));

    [Fact]
    public void AnyMutationOfABundleGivesAResultAndNoException() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(3000),
            Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => IsConsistent(PolicyBundleReader.Read(Mutate(seed), Bundle.Now))));

    [Fact]
    public void AnyValueInAnyPlaceOfABundleGivesAResultAndNoException()
    {
        string[] values =
        [
            .. Tokens, "1e28", "-0", "0.0000000000000000000000000001", "79228162514264337593543950335", $"\"{new string('x', 5000)}\"",
            Nested(20), Nested(31), Nested(40),
        ];
        foreach (string broken in WithEachValueReplaced(values))
        {
            BundleReadResult result = PolicyBundleReader.Read(Encoding.UTF8.GetBytes(broken), Bundle.Now);
            Assert.True(IsConsistent(result), broken);
        }
    }

    [Theory]
    [InlineData("t")]
    [InlineData("nul")]
    [InlineData("fals\n")]
    public void ABrokenLiteralIsQuotedInBrief(string literal)
    {
        // The framework's own message holds the rest of the file.
        BundleError error = Assert.Single(Bundle.Read($"{{\"bundle_version\": {literal} {new string('x', 1_000_000)}").Errors);
        Assert.StartsWith("json_parse_error: ", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 20, 250);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("{\"a\":[", depth)) + string.Concat(Enumerable.Repeat("]}", depth));

    /// <summary>Every value of the sound bundle, scalars and tables alike, replaced by each of some others.</summary>
    private static IEnumerable<string> WithEachValueReplaced(string[] values)
    {
        var places = new List<(int Start, int End)>();
        var open = new Stack<int>();
        var reader = new Utf8JsonReader(Sound);
        while (reader.Read())
        {
            int start = (int)reader.TokenStartIndex;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) open.Push(start);
            else if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray) places.Add((open.Pop(), (int)reader.BytesConsumed));
            else if (reader.TokenType != JsonTokenType.PropertyName) places.Add((start, (int)reader.BytesConsumed));
        }

        foreach ((int start, int end) in places)
        {
            foreach (string value in values) yield return CompleteBundle.Text[..start] + value + CompleteBundle.Text[end..];
        }
    }

    private static bool IsConsistent(BundleReadResult result) =>
        result.Snapshot is null == result.Errors.Length > 0 && result.Errors.Concat(result.Lints).All(e => e.Line >= 1 && e.Column >= 1);

    /// <summary>A few edits: bytes flipped, cut out, doubled, or a token replaced by one of another type.</summary>
    private static byte[] Mutate(int seed)
    {
        var random = new Random(seed);
        List<byte> bytes = [.. Sound];
        for (int edit = random.Next(1, 5); edit > 0; edit--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    int colon = bytes.IndexOf((byte)':', at);
                    int end = colon < 0 ? -1 : bytes.FindIndex(colon, b => b is (byte)',' or (byte)'}' or (byte)']');
                    if (end < 0) break;
                    bytes.RemoveRange(colon + 1, end - colon - 1);
                    bytes.InsertRange(colon + 1, Encoding.ASCII.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
            }

            if (bytes.Count == 0) return [];
        }

        return [.. bytes];
    }
}
