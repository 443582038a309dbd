using System.Buffers;
using System.Text;
using Appliance.Limiter.Hashing;
using Appliance.Limiter.Llm;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Llm;

public sealed class LlmRequestReaderTests
{
    private static readonly string FourThousand = new('x', 4000);

    [Fact]
    public void AChatRequestIsRead()
    {
        var reader = new LlmRequestReader();
        LlmRequestReading reading = reader.Read(Encoding.UTF8.GetBytes(
            $$"""{"model":"gpt-4o","stream":true,"max_tokens":4000,"temperature":0.5,"messages":[{"role":"user","content":"{{FourThousand}}"}]}"""));

        Assert.Equal(new LlmRequestReading(LlmRequestStatus.Read, 1000, 4000, true, XxHash64.DigestOf("gpt-4o"u8, 0)), reading);
        Assert.Equal("gpt-4o"u8.ToArray(), reader.Model.ToArray());
    }

    [Theory]
    // OpenAI chat: strings, parts, images beside text, tool calls of the past and tool definitions (names and strings below count).
    [InlineData("""{"messages":[{"role":"system","content":"abcd"},{"role":"user","content":"efgh"}]}""", 8)]
    [InlineData("""{"messages":[{"content":[{"type":"text","text":"abcd"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""", 4)]
    [InlineData("""{"messages":[{"content":null,"tool_calls":[{"function":{"name":"f","arguments":"{\"a\":1}"}}]}]}""", 8 + 4 + 1 + 9 + 7)]
    [InlineData("""{"messages":[],"tools":[{"type":"function","n":12.5}]}""", 4 + 8 + 1 + 4)]
    [InlineData("""{"messages":[],"functions":[{"n":true}]}""", 1)]
    // OpenAI completions and embeddings: a string, strings, tokens as numbers (four bytes each), lists of these.
    [InlineData("""{"prompt":"abc"}""", 3)]
    [InlineData("""{"prompt":["abc","de"]}""", 5)]
    [InlineData("""{"prompt":[1,22,333]}""", 12)]
    [InlineData("""{"input":[[1,2],[3]]}""", 12)]
    // OpenAI responses.
    [InlineData("""{"instructions":"ab","input":"abc"}""", 5)]
    [InlineData("""{"input":[{"role":"user","content":[{"type":"input_text","text":"abc"}]},{"type":"function_call_output","output":"de"}]}""", 5)]
    // Anthropic.
    [InlineData("""{"system":"abc","messages":[{"role":"user","content":"de"}]}""", 5)]
    [InlineData("""{"system":[{"type":"text","text":"abc"}],"messages":[]}""", 3)]
    [InlineData("""{"messages":[{"content":[{"type":"tool_use","id":"t1","input":{"k":"v"}},{"type":"tool_result","content":[{"text":"abc"}]}]}]}""", 5)]
    [InlineData("""{"messages":[{"content":[{"type":"image","source":{"data":"AAAA"}},{"type":"thinking","thinking":"abc"}]}]}""", 3)]
    // Gemini.
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"abc"},{"inlineData":{"data":"AAAA"}}]}]}""", 3)]
    [InlineData("""{"contents":{"parts":{"text":"abc"}},"systemInstruction":{"parts":[{"text":"de"}]}}""", 5)]
    [InlineData("""{"contents":[],"system_instruction":{"parts":[{"text":"de"}]}}""", 2)]
    [InlineData("""{"contents":[{"parts":[{"functionResponse":{"name":"f","response":{"r":"x"}}}]}]}""", 4 + 1 + 8 + 1 + 1)]
    // Text is counted with escapes resolved, in bytes of UTF-8.
    [InlineData("""{"prompt":"\n\"\u0041\u00e9\u4e2d\ud83d\ude00"}""", 1 + 1 + 1 + 2 + 3 + 4)]
    [InlineData("{\"prompt\":\"\u00e9\u4e2d\U0001F600\"}", 2 + 3 + 4)]
    // What only looks like a prompt inside something else does not count.
    [InlineData("""{"metadata":{"messages":[{"content":"abc"}],"prompt":"abc"},"prompt":""}""", 0)]
    [InlineData("""{"m\u0065ssages":[{"\u0063ontent":"abc"}]}""", 3)]
    public void TheTextOfThePromptCounts(string body, int textBytes)
    {
        LlmRequestReading reading = new LlmRequestReader().Read(Encoding.UTF8.GetBytes(body));
        Assert.Equal((LlmRequestStatus.Read, (textBytes + 3) / 4), (reading.Status, reading.PromptTokens));
    }

    [Theory]
    [InlineData("""{"messages":[{"content":"abc"}],"messages":[]}""", LlmRequestStatus.Ambiguous)]
    [InlineData("""{"prompt":"","\u0070rompt":"abc"}""", LlmRequestStatus.Ambiguous)]
    [InlineData("""{"prompt":"","generationConfig":{"maxOutputTokens":1,"maxOutputTokens":2}}""", LlmRequestStatus.Ambiguous)]
    [InlineData("""{"query":"what is this","top_k":3}""", LlmRequestStatus.NoPrompt)]
    [InlineData("""[{"prompt":"abc"}]""", LlmRequestStatus.NoPrompt)]
    [InlineData("\"messages\"", LlmRequestStatus.NoPrompt)]
    [InlineData("""{"prompt":"abc"} {}""", LlmRequestStatus.NotJson)]
    [InlineData("""{"prompt":"abc" """, LlmRequestStatus.NotJson)]
    [InlineData("""{"prompt":"abc","max_tokens":NaN}""", LlmRequestStatus.NotJson)]
    [InlineData("model=gpt&prompt=hello", LlmRequestStatus.NotJson)]
    [InlineData(" ", LlmRequestStatus.NotJson)]
    public void WhatCannotBeUnderstoodCountsWhole(string body, LlmRequestStatus status)
    {
        LlmRequestReading reading = new LlmRequestReader().Read(Encoding.UTF8.GetBytes(body));
        Assert.Equal((status, (body.Length + 3) / 4), (reading.Status, reading.PromptTokens));
    }

    [Fact]
    public void WhatCannotBeUnderstoodCountsNoLessThanItsTokens() =>
        Assert.Equal(5, new LlmRequestReader().Read("""{"prompt":[1,1,1,1,1"""u8).PromptTokens);

    [Fact]
    public void NoBodyCostsNothing() => Assert.Equal(default, new LlmRequestReader().Read([]));

    [Fact]
    public void DeepNestingCountsWhole()
    {
        string body = $$"""{"max_tokens":7,"prompt":{{new string('[', 70)}}"abcd"{{new string(']', 70)}}}""";
        Assert.Equal(
            new LlmRequestReading(LlmRequestStatus.NotJson, (body.Length + 3) / 4, 7, false, 0), new LlmRequestReader().Read(Encoding.UTF8.GetBytes(body)));
    }

    [Fact]
    public void AByteOrderMarkHidesNothing()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. """{"prompt":"abcd","max_tokens":9}"""u8];
        Assert.Equal(new LlmRequestReading(LlmRequestStatus.Read, 1, 9, false, 0), new LlmRequestReader().Read(body));
    }

    [Theory]
    [InlineData(""" "max_tokens":100 """, 100)]
    [InlineData(""" "max_completion_tokens":100 """, 100)]
    [InlineData(""" "max_output_tokens":100 """, 100)]
    [InlineData(""" "generationConfig":{"maxOutputTokens":100} """, 100)]
    [InlineData(""" "generation_config":{"max_output_tokens":100} """, 100)]
    [InlineData(""" "max_tokens":1,"max_completion_tokens":100000 """, 100000)]
    [InlineData(""" "max_tokens":100000,"max_completion_tokens":1 """, 100000)]
    [InlineData(""" "max_tokens":0 """, 0)]
    [InlineData(""" "max_tokens":-5 """, 0)]
    [InlineData(""" "max_tokens":-0 """, 0)]
    [InlineData(""" "max_tokens":null """, 0)]
    [InlineData(""" "max_tokens":true """, 0)]
    [InlineData(""" "max_tokens":{"max_tokens":5} """, 0)]
    [InlineData(""" "max_tokens":[5] """, 0)]
    [InlineData(""" "max_tokens":"NaN" """, 0)]
    [InlineData(""" "max_tokens":"Infinity" """, 0)]
    [InlineData(""" "max_tokens":"4096" """, 4096)]
    [InlineData(""" "max_tokens":12.25 """, 13)]
    [InlineData(""" "max_tokens":1e3 """, 1000)]
    [InlineData(""" "max_tokens":1e308 """, TokenEstimate.Max)]
    [InlineData(""" "max_tokens":1e999 """, TokenEstimate.Max)]
    [InlineData(""" "max_tokens":99999999999999999999999999 """, TokenEstimate.Max)]
    [InlineData(""" "options":{"max_tokens":5},"nested":{"generationConfig":{"maxOutputTokens":7}} """, 0)]
    public void TheLargestCapHolds(string members, long cap) =>
        Assert.Equal(cap, new LlmRequestReader().Read(Encoding.UTF8.GetBytes($$"""{"prompt":"",{{members}}}""")).CompletionCap);

    [Fact]
    public void OfAmbiguousCapsTheLargestHoldsAndTheModelIsUnknown()
    {
        var reader = new LlmRequestReader();
        LlmRequestReading reading = reader.Read("""{"model":"a","max_tokens":9,"max_tokens":1,"stream":true,"stream":false,"model":"b","prompt":""}"""u8);
        Assert.Equal((LlmRequestStatus.Ambiguous, 9, true, 0UL, true), (reading.Status, reading.CompletionCap, reading.Stream, reading.ModelHash, reader.Model.IsEmpty));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("null", false)]
    [InlineData("\"true\"", false)]
    [InlineData("1", false)]
    [InlineData("{\"stream\":true}", false)]
    public void OnlyTheLiteralTrueAsksForAStream(string value, bool stream) =>
        Assert.Equal(stream, new LlmRequestReader().Read(Encoding.UTF8.GetBytes($$"""{"prompt":"","stream":{{value}}}""")).Stream);

    [Fact]
    public void ModelNamesAreKeptUpToTheirBound()
    {
        var reader = new LlmRequestReader();
        string longest = new('m', 128);
        ulong hash = reader.Read(Encoding.UTF8.GetBytes($$"""{"prompt":"","model":"{{longest}}"}""")).ModelHash;
        Assert.Equal((128, XxHash64.DigestOf(Encoding.UTF8.GetBytes(longest), 0)), (reader.Model.Length, hash));
        hash = reader.Read(Encoding.UTF8.GetBytes($$"""{"prompt":"","model":"{{longest}}x"}""")).ModelHash;
        Assert.Equal((0, 0UL), (reader.Model.Length, hash));
        Assert.Equal(0UL, reader.Read("""{"prompt":"","model":"gpt-4"""u8).ModelHash);
        Assert.Equal(0UL, reader.Read("""{"prompt":"","model":"gpt-4","model":"gpt"""u8).ModelHash);
        ulong escaped = reader.Read("""{"prompt":"","model":"\u0067pt-4"}"""u8).ModelHash;
        Assert.Equal(XxHash64.DigestOf("gpt-4"u8, 0), escaped);
    }

    [Fact]
    public void ABodyBeyondTheBoundIsCountedWhole()
    {
        string body = $$"""{"prompt":"{{new string('x', LlmRequestReader.MaxBodyBytes)}}"}""";
        LlmRequestReading reading = new LlmRequestReader().Read(Encoding.UTF8.GetBytes(body));
        Assert.Equal((LlmRequestStatus.TooLarge, (body.Length + 3) / 4), (reading.Status, reading.PromptTokens));
        byte[] largest = Encoding.UTF8.GetBytes(body)[..LlmRequestReader.MaxBodyBytes];
        "\"}"u8.CopyTo(largest.AsSpan(largest.Length - 2));
        Assert.Equal(LlmRequestStatus.Read, new LlmRequestReader().Read(largest).Status);
    }

    [Fact]
    public void OfABodyBeyondTheBoundOnlyTheFirstPartIsReadInAnyPieces()
    {
        byte[] body = Encoding.UTF8.GetBytes($$"""{"max_tokens":7,"prompt":"{{new string('x', LlmRequestReader.MaxBodyBytes)}}","max_output_tokens":9}""");
        var expected = new LlmRequestReading(LlmRequestStatus.TooLarge, (body.Length + 3) / 4, 7, false, 0);
        var reader = new LlmRequestReader();
        Assert.Equal(expected, reader.Read(body));
        reader.Reset();
        foreach (byte[] piece in body.Chunk(60_000)) reader.Feed(piece);
        Assert.Equal(expected, reader.Finish());
    }

    [Fact]
    public void AnyBytesInAnyPiecesGiveTheSameReadingAndNeverMoreThanTheirLength() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            byte[] body = Pieces.Mutate(Encoding.UTF8.GetBytes(Requests[random.Next(Requests.Length)]), random);
            var reader = new LlmRequestReader();
            LlmRequestReading whole = reader.Read(body);
            reader.Reset();
            foreach (byte[] piece in Pieces.Of(body, random)) reader.Feed(piece);
            bool bounded = whole.PromptTokens <= (body.Length + 3) / 4 && whole.CompletionCap is >= 0 and <= TokenEstimate.Max;
            return reader.Finish() == whole && bounded;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void ABodyInSeveralBuffersReadsAsOne()
    {
        byte[] body = Encoding.UTF8.GetBytes(Requests[0]);
        var reader = new LlmRequestReader();
        LlmRequestReading whole = reader.Read(body);
        for (int cut = 0; cut <= body.Length; cut++)
        {
            var first = new Segment(body.AsMemory(0, cut), 0, null);
            var last = new Segment(body.AsMemory(cut), cut, first);
            Assert.Equal(whole, reader.Read(new ReadOnlySequence<byte>(first, 0, last, body.Length - cut)));
        }
    }

    [Fact]
    public void AReaderForgetsTheBodyBefore()
    {
        var reader = new LlmRequestReader();
        foreach (string broken in (string[])["""{"prompt":"abc","max_tokens":"12""", """{"stream":true,"max_tokens":5,"model":"m""", """{"prompt":"","prompt":""}"""])
        {
            reader.Read(Encoding.UTF8.GetBytes(broken));
            Assert.Equal(new LlmRequestReading(LlmRequestStatus.Read, 0, 0, false, 0), reader.Read("""{"messages":[]}"""u8));
            reader.Read(Encoding.UTF8.GetBytes(broken));
            Assert.Equal(3, reader.Read("""{"messages":[],"max_tokens":"3"}"""u8).CompletionCap);
        }
    }

    private static readonly string[] Requests =
    [
        """{"model":"gpt-4o","stream":true,"max_completion_tokens":4e2,"messages":[{"role":"user","content":[{"text":"h\u00e9llo \ud83d\ude00"}]}],"tools":[{"a":[1]}]}""",
        """{"model":"claude","system":"be \"brief\"","max_tokens":64,"messages":[{"role":"user","content":"hi"},{"content":[{"input":{"x":-1.5e3}}]}]}""",
        """{"contents":[{"parts":[{"text":"abc"}]}],"generationConfig":{"maxOutputTokens":12},"systemInstruction":{"parts":[{"text":"d"}]}}""",
    ];

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index, Segment? before)
        {
            Memory = memory;
            RunningIndex = index;
            if (before is not null) before.Next = this;
        }
    }
}
