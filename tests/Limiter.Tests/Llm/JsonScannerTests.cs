using System.Globalization;
using System.Text;
using System.Text.Json;
using Appliance.Limiter.Llm;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Llm;

/// <summary>The runtime's reader is the oracle: what it accepts and reports, ours does too, in whatever pieces the input comes.</summary>
public sealed class JsonScannerTests
{
    private static readonly string[] Documents =
    [
        "{}", "[]", "null", "true", "false", "0", "-0", "1.5e+300", "1E400", "-", "01", "1.", ".5", "1e", "+1", "NaN", "-Infinity", "\"\"", "\"a",
        "[1,]", "[,1]", "{\"a\":}", "{\"a\" 1}", "{\"a\":1,}", "{a:1}", "{\"a\":1 \"b\":2}", "[1 2]", "[}", "{]", "[1}", "{\"a\":1]", "[[1]}", "[{}}", "[[]", "]", "{} {}", "{}x",
        "\"\\u00e9\\n\\\"\\\\\\/\\b\\f\\r\\t\"", "\"\\x\"", "\"\\u12g4\"", "\"\t\"", "\"\u007f\"", "tru", "trux", "nul", "\"\\ud83d\\ude00\"",
        " \t\r\n{ \"a\" : [ 1 , \"x\" , true , false , null , { \"b\" : { } } ] } \n", "{\"a\":1,\"a\":2}", "{\"\\u0061\":\"\\u0041\"}", "//x\n1", "",
        " ", "1 ", "-1.5E-3", "\"h\u00e9llo \u4e2d\u6587 \U0001F600\"", "{\"\":\"\"}",
    ];

    [Fact]
    public void EveryDocumentReadsAsTheRuntimeReadsIt()
    {
        foreach (string document in Documents)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(document);
            Assert.Equal((document, Oracle(bytes)), (document, RecordingScanner.Read([bytes])));
            Assert.Equal((document, Oracle(bytes)), (document, RecordingScanner.Read(bytes.Select(b => new[] { b }))));
        }
    }

    [Fact]
    public void AnyMutationReadsAsTheRuntimeReadsItInAnyPieces() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            byte[] bytes = Pieces.Mutate(Encoding.UTF8.GetBytes(Documents[random.Next(Documents.Length)] + Documents[random.Next(Documents.Length)]), random);
            string? expected = Oracle(bytes);
            return RecordingScanner.Read([bytes]) == expected && RecordingScanner.Read(Pieces.Of(bytes, random)) == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Theory]
    [InlineData(JsonScanner.MaxDepth, true)]
    [InlineData(JsonScanner.MaxDepth + 1, false)]
    [InlineData(1_000_000, false)]
    public void NestingIsBounded(int depth, bool accepted)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        Assert.Equal(accepted, RecordingScanner.Read([bytes]) is not null);
        byte[] objects = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth));
        Assert.Equal(accepted, RecordingScanner.Read([objects]) is not null);
    }

    [Theory]
    [InlineData("\"\\ud83d\"", "\ufffd")]
    [InlineData("\"\\ude00\"", "\ufffd")]
    [InlineData("\"\\ud83dx\"", "\ufffdx")]
    [InlineData("\"\\ud83d\\n\"", "\ufffd\n")]
    [InlineData("\"\\ud83d\\ud83d\\ude00\"", "\ufffd\U0001F600")]
    public void HalfOfASurrogatePairBecomesAReplacement(string document, string text) =>
        Assert.Equal($"S{text}\n", RecordingScanner.Read([Encoding.UTF8.GetBytes(document)]));

    [Fact]
    public void AByteOrderMarkIsSkippedAtTheStartOnly()
    {
        Assert.Equal("T\n", RecordingScanner.Read([[0xEF, 0xBB, 0xBF, .. "true"u8]]));
        Assert.Null(RecordingScanner.Read([[0xEF, 0xBB, .. "true"u8]]));
        Assert.Null(RecordingScanner.Read([[0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF, .. "true"u8]]));
        Assert.Null(RecordingScanner.Read([[.. "true"u8, 0xEF, 0xBB, 0xBF]]));
    }

    [Fact]
    public void LongNamesAndNumbersAreReportedAsEmpty()
    {
        Assert.Equal("+\nN(65)\n#\n-\n", RecordingScanner.Read([Encoding.UTF8.GetBytes($"{{\"{new string('n', 65)}\":{new string('1', 65)}}}")]));
        string name = new('n', 64), number = new('1', 64);
        Assert.Equal($"+\nN{name}\n#{number}\n-\n", RecordingScanner.Read([Encoding.UTF8.GetBytes($"{{\"{name}\":{number}}}")]));
    }

    [Fact]
    public void AScannerForgetsOnReset()
    {
        var scanner = new RecordingScanner();
        foreach (string broken in (string[])["{\"a\":[[", "\"\\ud83d", "12", "tr", "}", "\"\\u12"])
        {
            scanner.Feed(Encoding.UTF8.GetBytes(broken));
            scanner.Reset();
        }

        int before = scanner.Log.Length;
        scanner.Feed("[1]"u8);
        Assert.True(scanner.End());
        Assert.Equal("+\n#1\n-\n", scanner.Log[before..]);
    }

    private static string? Oracle(byte[] bytes)
    {
        var log = new StringBuilder();
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = JsonScanner.MaxDepth });
        try
        {
            while (reader.Read()) log.Append(Line(ref reader));
        }
        catch (JsonException)
        {
            return null;
        }

        return log.ToString();
    }

    private static string Line(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.PropertyName when Unescape(reader.ValueSpan) is var name => name.Length is 0 or > 64 ? $"N({name.Length})\n" : $"N{Encoding.UTF8.GetString(name)}\n",
        JsonTokenType.String => $"S{Encoding.UTF8.GetString(Unescape(reader.ValueSpan))}\n",
        JsonTokenType.Number => reader.ValueSpan.Length > 64 ? "#\n" : $"#{Encoding.UTF8.GetString(reader.ValueSpan)}\n",
        JsonTokenType.True => "T\n",
        JsonTokenType.StartObject or JsonTokenType.StartArray => "+\n",
        JsonTokenType.EndObject or JsonTokenType.EndArray => "-\n",
        _ => "",
    };

    /// <summary>The plain way: UTF-16 units of escapes gathered, then encoded with replacement; what is not an escape stays as bytes.</summary>
    private static byte[] Unescape(ReadOnlySpan<byte> raw)
    {
        var bytes = new List<byte>();
        var units = new StringBuilder();
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '\\' && raw[i + 1] == 'u')
            {
                units.Append((char)int.Parse(raw.Slice(i + 2, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 5;
                continue;
            }

            Flush(units, bytes);
            if (raw[i] == '\\') bytes.Add((byte)"\"\\/\b\f\n\r\t"["\"\\/bfnrt".IndexOf((char)raw[++i])]);
            else bytes.Add(raw[i]);
        }

        Flush(units, bytes);
        return [.. bytes];
    }

    private static void Flush(StringBuilder units, List<byte> bytes)
    {
        bytes.AddRange(Encoding.UTF8.GetBytes(units.ToString()));
        units.Clear();
    }
}
