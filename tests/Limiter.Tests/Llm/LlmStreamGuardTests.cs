using System.Text;
using Appliance.Limiter.Llm;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Llm;

public sealed class LlmStreamGuardTests
{
    private static readonly LlmStreamSettings Counting = new(LlmStreamMode.Count, 1, 1, LlmLimitAction.GracefulClose, true);

    public static TheoryData<string, LlmProvider, LlmUsage> Providers => new()
    {
        { Streams.OpenAi, LlmProvider.OpenAi, new LlmUsage(17, 23, 40) },
        { Streams.Anthropic, LlmProvider.Anthropic, new LlmUsage(16, 29, 45) },
        { Streams.Gemini, LlmProvider.Gemini, new LlmUsage(8, 25, 33) },
        { Streams.OpenAiResponses, LlmProvider.OpenAiResponses, new LlmUsage(5, 31, 36) },
    };

    [Theory]
    [MemberData(nameof(Providers))]
    public void AStreamTellsItsFormatItsTextAndItsUsage(string stream, LlmProvider provider, LlmUsage usage)
    {
        var guard = new LlmStreamGuard();
        GuardRun run = GuardRun.Of(guard, [Streams.Bytes(stream)], Counting);
        Assert.Equal(Encoding.Latin1.GetString(Streams.Bytes(stream)), run.All);
        Assert.Equal((usage, true, new NaiveStream(run.Output).Tokens), (run.Usage, run.IsUsageReported, run.Completion));
        Assert.Equal((provider, true, false, 0), (guard.Provider, guard.IsComplete, run.IsCut, run.Malformed));
        Assert.InRange(run.Completion, 18, 40);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void EveryCutOfAStreamIntoPiecesGivesTheSame(string stream, LlmProvider provider, LlmUsage usage)
    {
        byte[] bytes = Streams.Bytes(stream);
        var guard = new LlmStreamGuard();
        foreach (long limit in (long[])[0, 12, 1000])
        {
            var settings = new LlmStreamSettings(LlmStreamMode.Enforce, limit, 5, LlmLimitAction.GracefulClose, true);
            GuardRun whole = GuardRun.Of(guard, [bytes], settings);
            Assert.Equal((limit < 1000, provider), (whole.IsCut, guard.Provider));
            Assert.True(whole.IsCut || whole.Usage == usage);
            foreach (byte[][] pieces in Pieces.EveryCut(bytes)) Assert.Equal(whole, GuardRun.Of(guard, pieces, settings));
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void TheLimitCutsBeforeTheEventThatPassesItAtEveryEvent(string stream, LlmProvider provider, LlmUsage usage)
    {
        byte[] bytes = Streams.Bytes(stream);
        string latin1 = Encoding.Latin1.GetString(bytes);
        var naive = new NaiveStream(latin1);
        var seen = new HashSet<int>();
        for (long limit = 0; limit <= naive.Tokens + 1; limit++)
        {
            foreach (long buffer in (long[])[1, 2, 7, 100])
            {
                var settings = new LlmStreamSettings(LlmStreamMode.Enforce, limit, buffer, LlmLimitAction.GracefulClose, true);
                GuardRun run = GuardRun.Of([bytes], settings, provider);
                (int Start, long Tokens)? cut = naive.Cut(limit, buffer);
                Assert.Equal((cut is not null, latin1[..(cut?.Start ?? latin1.Length)]), (run.IsCut, run.Output));
                Assert.Equal(cut?.Tokens ?? naive.Tokens, run.Completion);
                Assert.Equal(cut is null ? usage : default, run.IsCut ? default : run.Usage);
                if (cut is { } at) seen.Add(at.Start);
            }
        }

        Assert.Equal(naive.EventBytes.Count(bytesOfText => bytesOfText > 0), seen.Count);
    }

    [Fact]
    public void ShadowAndCountLetEveryByteThroughAtOnce()
    {
        foreach (string stream in Streams.All)
        {
            foreach (LlmStreamMode mode in (LlmStreamMode[])[LlmStreamMode.Shadow, LlmStreamMode.Count])
            {
                var guard = new LlmStreamGuard();
                guard.Start(new LlmStreamSettings(mode, 5, 1, LlmLimitAction.ErrorChunk, true), LlmProvider.Unknown, 0);
                foreach (byte value in Streams.Bytes(stream))
                {
                    LlmStreamStep step = guard.Feed([value]);
                    Assert.True(step is { Forward: 1, Held.IsEmpty: true, Termination.IsEmpty: true, IsCut: false });
                }

                Assert.Equal((false, mode == LlmStreamMode.Shadow), (guard.IsCut, guard.WouldCut));
            }
        }
    }

    [Fact]
    public void OnlyTheEventUnderWayIsHeldBack()
    {
        var guard = new LlmStreamGuard();
        guard.Start(new LlmStreamSettings(LlmStreamMode.Enforce, 100, 10, LlmLimitAction.GracefulClose, true), LlmProvider.OpenAi, 0);
        Assert.Equal(8, guard.Feed(": ping\n\nda"u8).Forward);
        LlmStreamStep step = guard.Feed("ta: {}\n\nid"u8);
        Assert.Equal(("da", 8), (Encoding.UTF8.GetString(step.Held), step.Forward));
        step = guard.Feed(": 1\n"u8);
        Assert.Equal(("", 0), (Encoding.UTF8.GetString(step.Held), step.Forward));
        step = guard.Finish();
        Assert.Equal("id: 1\n", Encoding.UTF8.GetString(step.Held));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void LinesMayEndInAnyWay(string end)
    {
        string stream = "\uFEFF: hi|:|retry: 5||event: x|id: 7|data:{\"delta\":|: in between|data: \"abcdefgh\"|data|data:}||data||: bye||data: {\"delta\":\"abc\"}||datax: {\"delta\":\"abc\"}||"
            .Replace("|", end, StringComparison.Ordinal);
        byte[] bytes = Streams.Bytes(stream);
        var settings = new LlmStreamSettings(LlmStreamMode.Enforce, 2, 1, LlmLimitAction.ErrorChunk, true);
        GuardRun whole = GuardRun.Of([bytes], settings);
        Assert.Equal((3, 1), (whole.Completion, whole.Malformed));
        Assert.Equal(Encoding.Latin1.GetString(bytes)[..Encoding.Latin1.GetString(bytes).LastIndexOf("data: {", StringComparison.Ordinal)], whole.Output);
        foreach (byte[][] pieces in Pieces.EveryCut(bytes)) Assert.Equal(whole, GuardRun.Of(pieces, settings));
    }

    [Fact]
    public void ACommentInsideAnEventGoesNoFurtherThanTheEvent()
    {
        byte[] bytes = Streams.Bytes(": before\nid: 1\n: inside\ndata: {\"delta\":\n: inside\ndata: \"0123456789\"}\n\n");
        foreach (byte[][] pieces in Pieces.EveryCut(bytes))
            Assert.Equal(": before\n", GuardRun.Of(pieces, new LlmStreamSettings(LlmStreamMode.Enforce, 1, 1, LlmLimitAction.ErrorChunk, true)).Output);
    }

    [Fact]
    public void DataLinesAreJoinedByALineFeed()
    {
        Assert.Equal((1, 0), Counted("data: {\"delta\":\ndata: \"ab\"}\n\n"));
        Assert.Equal(((18 + 3) / 4, 1), Counted("data: {\"delta\":\"ab\ndata: cd\"}\n\n"));
        Assert.Equal((1, 1), Counted("data: 1\ndata: 2\n\n"));

        static (long, int) Counted(string stream)
        {
            GuardRun run = GuardRun.Of([Streams.Bytes(stream)], Counting);
            return (run.Completion, run.Malformed);
        }
    }

    [Fact]
    public void AnEventTooLongToBeHeldGoesOutBeforeItsEnd()
    {
        var guard = new LlmStreamGuard();
        guard.Start(Counting with { Mode = LlmStreamMode.Enforce, Limit = long.MaxValue }, LlmProvider.OpenAi, 0);
        byte[] begun = Streams.Bytes(Streams.ChatText(LlmStreamGuard.MaxEventBytes))[..(LlmStreamGuard.MaxEventBytes + 1)];
        Assert.Equal(0, guard.Feed(begun.AsSpan(0, LlmStreamGuard.MaxEventBytes)).Forward);
        LlmStreamStep step = guard.Feed(begun.AsSpan(LlmStreamGuard.MaxEventBytes));
        Assert.Equal((LlmStreamGuard.MaxEventBytes, 1), (step.Held.Length, step.Forward));
        Assert.Equal(1, guard.Feed("x"u8).Forward);
    }

    [Fact]
    public void WhatIsNotJsonCountsAsText()
    {
        GuardRun run = GuardRun.Of([Streams.Bytes("data: Hello, world\n\ndata: {\"a\":\n\ndata: [DONE]\n\n")], Counting);
        Assert.Equal((3 + 2, 2), (run.Completion, run.Malformed));
    }

    [Fact]
    public void AnEventWithoutItsEmptyLineCountsAtTheEnd()
    {
        var settings = new LlmStreamSettings(LlmStreamMode.Enforce, 10, 1, LlmLimitAction.GracefulClose, false);
        string open = Streams.ChatText(40) + Streams.ChatText(4).TrimEnd('\n');
        GuardRun run = GuardRun.Of([Streams.Bytes(open)], settings);
        Assert.Equal((Streams.ChatText(40), 11L, true), (run.Output, run.Completion, run.IsCut));
        run = GuardRun.Of([Streams.Bytes(open)], settings with { Limit = 11 });
        Assert.Equal((open, 11L, false), (run.All, run.Completion, run.IsCut));
    }

    [Theory]
    [InlineData(LlmStreamGuard.MaxEventBytes, 0)]
    [InlineData(LlmStreamGuard.MaxEventBytes + 1, 1)]
    [InlineData(LlmStreamGuard.MaxEventBytes * 3, 1)]
    public void AnEventTooLongToBeHeldPassesAndTheStreamIsCutBehindIt(int length, int oversize)
    {
        // The LF that ends the event's last line and the empty line are part of its length.
        string big = Streams.ChatText(length - Streams.ChatText(0).Length);
        Assert.Equal(length, big.Length);
        byte[] bytes = Streams.Bytes(Streams.ChatText(4) + big + Streams.ChatText(8));
        var settings = new LlmStreamSettings(LlmStreamMode.Enforce, 100, 10, LlmLimitAction.GracefulClose, true);
        GuardRun whole = GuardRun.Of([bytes], settings);
        Assert.Equal(Streams.ChatText(4) + (oversize > 0 ? big : ""), whole.Output);
        Assert.Equal((oversize, true), (whole.Oversize, whole.IsCut));
        var random = new System.Random(1);
        for (int i = 0; i < 20; i++) Assert.Equal(whole, GuardRun.Of(Pieces.Of(bytes, random), settings));
        foreach (int size in (int[])[1, 4096, 65536, 65537]) Assert.Equal(whole, GuardRun.Of(bytes.Chunk(size), settings));
    }

    [Fact]
    public void ATooLongEventWithoutEndIsEndedBeforeTheLastEvents()
    {
        byte[] bytes = Streams.Bytes(Streams.ChatText(LlmStreamGuard.MaxEventBytes).TrimEnd('\n'));
        GuardRun run = GuardRun.Of([bytes], new LlmStreamSettings(LlmStreamMode.Enforce, 100, 10, LlmLimitAction.GracefulClose, true));
        Assert.Equal((bytes.Length, true, 1), (run.Output.Length, run.IsCut, run.Oversize));
        Assert.StartsWith("\n\ndata: {\"id\":\"chatcmpl-1\"", run.Termination, StringComparison.Ordinal);
    }

    [Fact]
    public void AStreamThatBreaksOffIsSettledByTheLargerFigure()
    {
        string broken = Streams.Anthropic[..Streams.Anthropic.IndexOf("event: message_delta", StringComparison.Ordinal)];
        GuardRun run = GuardRun.Of([Streams.Bytes(broken)], Counting);
        Assert.Equal((new LlmUsage(16, run.Completion, 16 + run.Completion), false), (run.Usage, run.IsUsageReported));
        string gemini = Streams.Gemini.Replace("\"candidatesTokenCount\":5", "\"candidatesTokenCount\":5000", StringComparison.Ordinal)[..1200];
        Assert.Equal(5000, GuardRun.Of([Streams.Bytes(gemini)], Counting).Usage.CompletionTokens);
    }

    [Fact]
    public void WithoutUsageThePromptIsTheCallersAndTheCompletionTheCount()
    {
        string stream = Streams.ChatText(40) + "data: [DONE]\n\n";
        GuardRun run = GuardRun.Of([Streams.Bytes(stream)], Counting, prompt: 500);
        Assert.Equal((new LlmUsage(500, 10, 510), false), (run.Usage, run.IsUsageReported));
    }

    [Fact]
    public void ToolCallsReasoningAndAllChoicesCount()
    {
        string choices = """[{"index":0,"delta":{"reasoning_content":"abcd","refusal":"ab"}},{"index":1,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]}}]""";
        Assert.Equal((4 + 2 + 3 + 3) / 4, GuardRun.Of([Streams.Bytes(Streams.Chat(choices, "null"))], Counting).Completion);
        string gemini = """data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"k":12}}},{"inlineData":{"data":"AAAA"}}]}}]}""";
        Assert.Equal((4 + 1 + 4 + 1 + 2 + 3) / 4, GuardRun.Of([Streams.Bytes(gemini + "\n\n")], Counting).Completion);
        Assert.Equal(1, GuardRun.Of([Streams.Bytes("data: {\"choices\":[{\"text\":\"abc\"}]}\n\n")], Counting).Completion);
    }

    [Fact]
    public void AnyStreamInAnyPiecesGivesTheSameAndFollowsTheRule() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            string stream = Streams.All[random.Next(Streams.All.Length)] + Streams.All[random.Next(Streams.All.Length)];
            byte[] bytes = Pieces.Mutate(Streams.Bytes(stream), random);
            var mode = (LlmStreamMode)random.Next(3);
            var settings = new LlmStreamSettings(mode, random.Next(60), random.Next(1, 12), (LlmLimitAction)random.Next(2), random.Next(2) == 0);
            GuardRun whole = GuardRun.Of([bytes], settings);
            string latin1 = Encoding.Latin1.GetString(bytes);
            bool prefix = latin1.StartsWith(whole.Output, StringComparison.Ordinal) && (whole.IsCut || whole.Output.Length == latin1.Length);
            bool ends = whole.IsCut == whole.Termination.Length > 0 && (mode == LlmStreamMode.Enforce || !whole.IsCut);
            return prefix && ends && GuardRun.Of(Pieces.Of(bytes, random), settings) == whole;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4000));

    [Fact]
    public void ArbitraryBytesNeverThrow() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            var settings = new LlmStreamSettings(LlmStreamMode.Enforce, 2, 1, LlmLimitAction.GracefulClose, true);
            byte[] stream = [.. "data: "u8, .. bytes, .. "\n\ndata:"u8, .. bytes, .. "\r\r"u8, .. bytes];
            return GuardRun.Of([stream], settings) == GuardRun.Of(stream.Select(b => new[] { b }), settings);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void AGuardForgetsTheStreamBefore()
    {
        var guard = new LlmStreamGuard();
        var random = new System.Random(5);
        var settings = new LlmStreamSettings(LlmStreamMode.Enforce, 10, 3, LlmLimitAction.GracefulClose, true);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = Streams.Bytes(Streams.All[random.Next(4)]);
            byte[] part = bytes[..random.Next(bytes.Length)];
            Assert.Equal(GuardRun.Of([part], settings), GuardRun.Of(guard, [part], settings));
        }
    }
}
