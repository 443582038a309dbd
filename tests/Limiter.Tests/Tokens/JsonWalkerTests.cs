using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Appliance.Limiter.Tokens;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Tokens;

/// <summary>The walker against the framework's reader, which is strict about RFC 8259 too.</summary>
public sealed class JsonWalkerTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"b\\n\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"\\x\"", "0", "-1", "01", "1.5", "1.", "2e3", "2e", "1E+2", "-",
        "true", "tru", "false", "null", " ", "\t", "\n", "\u00a0", "é", "\u0001", "\"a\":1", "{\"a\":", "[1,", "\\",
    ];

    [Fact]
    public void ItAcceptsExactlyWhatTheFrameworkAccepts()
    {
        int accepted = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30_000), Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            byte[] json = Encoding.UTF8.GetBytes(Document(new Random(seed)));
            bool expected = FrameworkAccepts(json);
            if (expected) accepted++;
            return Accepts(json) == expected;
        }));
        Assert.True(accepted > 1000, $"only {accepted} documents were good");
    }

    [Fact]
    public void ItFindsTheMembersThatTheFrameworkFinds() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(3000),
        Prop.ForAll(ArbMap.Default.ArbFor<Dictionary<NonNull<string>, NonNull<string>>>(), members =>
        {
            string json = JsonSerializer.Serialize(members.ToDictionary(m => m.Key.Get, m => m.Value.Get));
            Dictionary<string, string> expected = JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;
            var walker = new JsonWalker(Encoding.UTF8.GetBytes(json));
            var found = new Dictionary<string, string>();
            while (walker.NextMember(out JsonText name, out JsonText value) == JsonStep.Value) found.Add(Text(name), Text(value));
            return found.Count == expected.Count && expected.All(m => found[m.Key] == m.Value);
        }));

    [Theory]
    [InlineData("\\ud83d")]
    [InlineData("\\ude00\\ud83d")]
    [InlineData("\\ud83dx\\ude00")]
    [InlineData("\\ud83d\\n")]
    public void HalfASurrogatePairIsNoText(string escaped)
    {
        var text = new JsonText(JsonKind.String, Encoding.ASCII.GetBytes(escaped));
        Assert.False(text.TryUnescape(new byte[64], out _));
    }

    private static string Text(JsonText text)
    {
        byte[] room = new byte[text.Raw.Length];
        Assert.True(text.TryUnescape(room, out int written));
        return Encoding.UTF8.GetString(room, 0, written);
    }

    /// <summary>Half of them good objects with one piece put in or taken out, half soup.</summary>
    private static string Document(Random random)
    {
        if (random.Next(2) == 0) return "{" + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => Pieces[random.Next(Pieces.Length)])) + "}";
        string good = Value(random, 0, isObject: true);
        int at = random.Next(good.Length + 1);
        return random.Next(3) switch
        {
            0 => good,
            1 => good.Insert(at, Pieces[random.Next(Pieces.Length)]),
            _ => good.Remove(Math.Min(at, good.Length - 1), 1),
        };
    }

    private static string Value(Random random, int depth, bool isObject = false)
    {
        string blank = random.Next(4) == 0 ? " \n" : "";
        if (isObject || (depth < 4 && random.Next(3) == 0))
            return $"{{{blank}{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(i => $"{blank}\"m{i}\\n\"{blank}:{blank}{Value(random, depth + 1)}{blank}"))}}}";
        if (depth < 4 && random.Next(3) == 0) return $"[{blank}{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth + 1) + blank))}]";
        return ((string[])["1", "-0.5e-7", "0", "true", "false", "null", "\"\"", "\"\\\"\\\\é\\u0000\""])[random.Next(8)];
    }

    private static bool Accepts(byte[] json)
    {
        if (!Utf8.IsValid(json)) return false;
        var walker = new JsonWalker(json);
        JsonStep step;
        do step = walker.NextMember(out _, out _);
        while (step == JsonStep.Value);
        return step == JsonStep.End;
    }

    private static bool FrameworkAccepts(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonWalker.MaxDepth });
        try
        {
            bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
            }

            return isObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
