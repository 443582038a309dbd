using System.Globalization;
using System.Text.Json;
using Appliance.Limiter.Llm;

namespace Limiter.Tests.Llm;

/// <summary>The last events of a stream that is cut, as a client's library would read them.</summary>
public sealed class StreamTerminationTests
{
    private static readonly LlmStreamSettings Close = new(LlmStreamMode.Enforce, 10, 1, LlmLimitAction.GracefulClose, true);
    private static readonly LlmStreamSettings Fail = Close with { Action = LlmLimitAction.ErrorChunk };

    [Fact]
    public void AChatEndsWithFinishReasonLengthAndDone()
    {
        (GuardRun run, List<(string? Name, string Data)> events) = CutOf(Streams.OpenAi, Close);
        Assert.Equal((2, "[DONE]"), (events.Count, events[1].Data));
        JsonElement chunk = Parse(events[0].Data);
        Assert.Equal(("chatcmpl-1", "chat.completion.chunk", 1700000000, "gpt-x"), (
            chunk.GetProperty("id").GetString(), chunk.GetProperty("object").GetString(), chunk.GetProperty("created").GetInt64(), chunk.GetProperty("model").GetString()));
        JsonElement choice = Assert.Single(chunk.GetProperty("choices").EnumerateArray());
        Assert.Equal((0, "{}", "length"), (choice.GetProperty("index").GetInt32(), choice.GetProperty("delta").GetRawText(), choice.GetProperty("finish_reason").GetString()));
        Assert.Equal(UsageJson("prompt_tokens", 7, "completion_tokens", run.Completion, "total_tokens"), chunk.GetProperty("usage").GetRawText());
        Assert.Equal((new LlmUsage(7, run.Completion, 7 + run.Completion), false), (run.Usage, run.IsUsageReported));
    }

    [Fact]
    public void AMessageEndsWithItsBlockClosedAndStopReasonMaxTokens()
    {
        (GuardRun run, List<(string? Name, string Data)> events) = CutOf(Streams.Anthropic, Close);
        Assert.Equal(["content_block_stop", "message_delta", "message_stop"], events.Select(e => e.Name));
        Assert.All(events, e => Assert.Equal(e.Name, Parse(e.Data).GetProperty("type").GetString()));
        Assert.Equal(1, Parse(events[0].Data).GetProperty("index").GetInt32());
        JsonElement delta = Parse(events[1].Data);
        Assert.Equal("""{"stop_reason":"max_tokens","stop_sequence":null}""", delta.GetProperty("delta").GetRawText());
        Assert.Equal($$"""{"input_tokens":16,"output_tokens":{{run.Completion}}}""", delta.GetProperty("usage").GetRawText());
    }

    [Fact]
    public void ABlockThatIsClosedOrWhoseBeginningWasDroppedIsNotClosedAgain()
    {
        string stream = Streams.Named("content_block_start", """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"0123456789"}}""")
            + Streams.Named("content_block_stop", """{"type":"content_block_stop","index":0}""")
            + Streams.Named("content_block_start", """{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"0123456789"}}""");
        (GuardRun run, List<(string? Name, string Data)> events) = CutOf(stream, Close with { Limit = 3 });
        Assert.EndsWith("\"index\":0}\n\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(["message_delta", "message_stop"], events.Select(e => e.Name));
    }

    [Fact]
    public void GeminiEndsWithFinishReasonMaxTokens()
    {
        (GuardRun run, List<(string? Name, string Data)> events) = CutOf(Streams.Gemini, Close);
        JsonElement last = Parse(Assert.Single(events).Data);
        JsonElement candidate = Assert.Single(last.GetProperty("candidates").EnumerateArray());
        Assert.Equal(("MAX_TOKENS", 0, "model"), (candidate.GetProperty("finishReason").GetString(), candidate.GetProperty("index").GetInt32(),
            candidate.GetProperty("content").GetProperty("role").GetString()));
        Assert.Equal(("gemini-x", "r1"), (last.GetProperty("modelVersion").GetString(), last.GetProperty("responseId").GetString()));
        Assert.Equal(UsageJson("promptTokenCount", 8, "candidatesTokenCount", run.Completion, "totalTokenCount"), last.GetProperty("usageMetadata").GetRawText());
    }

    [Fact]
    public void AResponseEndsIncomplete()
    {
        (GuardRun run, List<(string? Name, string Data)> events) = CutOf(Streams.OpenAiResponses, Close);
        Assert.Equal("response.incomplete", Assert.Single(events).Name);
        JsonElement last = Parse(events[0].Data);
        JsonElement before = Parse(EventsOf(run.Output)[^1].Data);
        Assert.Equal(before.GetProperty("sequence_number").GetInt32() + 1, last.GetProperty("sequence_number").GetInt32());
        JsonElement response = last.GetProperty("response");
        Assert.Equal(("resp_1", "incomplete", "max_output_tokens", 1700000000, "gpt-x"), (response.GetProperty("id").GetString(), response.GetProperty("status").GetString(),
            response.GetProperty("incomplete_details").GetProperty("reason").GetString(), response.GetProperty("created_at").GetInt64(), response.GetProperty("model").GetString()));
        Assert.Equal(UsageJson("input_tokens", 7, "output_tokens", run.Completion, "total_tokens"), response.GetProperty("usage").GetRawText());
    }

    [Theory]
    [InlineData(0, "error", "type", "rate_limit_error", "code", "completion_tokens_exceeded", 2)]
    [InlineData(1, "error", "type", "rate_limit_error", "code", "completion_tokens_exceeded", 1)]
    [InlineData(2, "error", "status", "RESOURCE_EXHAUSTED", "message", "Maximum completion tokens exceeded", 1)]
    [InlineData(3, "", "type", "error", "code", "completion_tokens_exceeded", 1)]
    public void AnErrorEventHasTheProvidersShape(int stream, string inside, string name, string value, string otherName, string otherValue, int count)
    {
        (_, List<(string? Name, string Data)> events) = CutOf(Streams.All[stream], Fail);
        JsonElement root = Parse(events[0].Data);
        JsonElement error = inside.Length > 0 ? root.GetProperty(inside) : root;
        Assert.Equal((value, otherValue), (error.GetProperty(name).GetString(), error.GetProperty(otherName).GetString()));
        Assert.Equal(count, events.Count);
        Assert.True(count == 1 || events[1].Data == "[DONE]");
        Assert.Equal(stream is 1 or 3 ? "error" : null, events[0].Name);
        Assert.True(root.TryGetProperty(stream == 2 ? "usageMetadata" : "usage", out _));
    }

    [Fact]
    public void WithoutPartialUsageNoFigureIsTold()
    {
        foreach (string stream in Streams.All)
        {
            foreach (LlmStreamSettings settings in (LlmStreamSettings[])[Close with { IncludePartialUsage = false }, Fail with { IncludePartialUsage = false }])
            {
                (GuardRun run, _) = CutOf(stream, settings);
                string told = run.Termination.Replace("\"usage\":{\"output_tokens\":0}", "", StringComparison.Ordinal);
                Assert.DoesNotContain("usage", told, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public void EveryOpenChoiceGetsItsEndAndAFinishedOneDoesNot()
    {
        string stream = Streams.Chat("""[{"delta":{"content":"ab"},"index":0},{"delta":{"content":"ab"},"index":1}]""", "null")
            + Streams.Chat("""[{"delta":{},"finish_reason":"stop","index":0},{"index":64,"delta":{}}]""", "null") + Streams.ChatText(400);
        (_, List<(string? Name, string Data)> events) = CutOf(stream, Close);
        JsonElement choices = Parse(events[0].Data).GetProperty("choices");
        Assert.Equal([1, 63], choices.EnumerateArray().Select(choice => choice.GetProperty("index").GetInt32()));
    }

    [Fact]
    public void TheFirstEventAlreadyTooLongEndsTheFirstChoice()
    {
        (GuardRun run, List<(string? Name, string Data)> events) = CutOf(Streams.ChatText(400), Close);
        Assert.Equal("", run.Output);
        Assert.Equal(0, Parse(events[0].Data).GetProperty("choices")[0].GetProperty("index").GetInt32());
    }

    [Fact]
    public void CompletionsOfTextEndAsSuch()
    {
        string stream = """data: {"id":"cmpl-1","object":"text_completion","choices":[{"text":"abc","index":0}]}""" + "\n\n"
            + """data: {"choices":[{"text":"0123456789012345678901234567890123456789","index":0}]}""" + "\n\n";
        (_, List<(string? Name, string Data)> events) = CutOf(stream, Close);
        JsonElement chunk = Parse(events[0].Data);
        Assert.Equal("text_completion", chunk.GetProperty("object").GetString());
        Assert.Equal("""{"index":0,"text":"","logprobs":null,"finish_reason":"length"}""", chunk.GetProperty("choices")[0].GetRawText());
    }

    [Fact]
    public void ManyChoicesAndHostileNamesStayInsideTheirBounds()
    {
        string name = string.Concat(Enumerable.Repeat("\\\"\\n\\u0000\u00e9", 12));
        foreach ((string list, string content) in (ReadOnlySpan<(string, string)>)[("choices", "\"delta\":{\"content\":\"x\"}"), ("candidates", "\"content\":{\"parts\":[{\"text\":\"x\"}]}")])
        {
            string all = string.Join(",", Enumerable.Range(0, 70).Select(i => $"{{\"index\":{i},{content}}}"));
            string stream = $"data: {{\"id\":\"{name}\",\"model\":\"{name}\",\"created\":1e99,\"{list}\":[{all}]}}\n\n";
            (_, List<(string? Name, string Data)> events) = CutOf(stream + stream, Close with { Limit = 20 });
            Assert.Equal(StreamFacts.MaxChoices, Parse(events[0].Data).GetProperty(list).GetArrayLength());
            Assert.All(events.Where(e => e.Data != "[DONE]"), e => Parse(e.Data));
            Assert.Equal(list == "choices" ? 2 : 1, events.Count);
        }
    }

    [Fact]
    public void AStreamThatHasNotShownItsFormatEndsAsExpectedOrAsOpenAi()
    {
        foreach ((LlmProvider expected, string end) in (ReadOnlySpan<(LlmProvider, string)>)
            [(LlmProvider.Unknown, "data: [DONE]\n\n"), (LlmProvider.Anthropic, "data: {\"type\":\"message_stop\"}\n\n"), (LlmProvider.Gemini, "}}\n\n")])
        {
            GuardRun run = GuardRun.Of([Streams.Bytes("data: plain text, and quite a lot of it, in fact too much\n\n")], Close, expected);
            Assert.EndsWith(end, run.Termination, StringComparison.Ordinal);
        }
    }

    private static (GuardRun Run, List<(string? Name, string Data)> Events) CutOf(string stream, LlmStreamSettings settings)
    {
        GuardRun run = GuardRun.Of([Streams.Bytes(stream)], settings);
        Assert.True(run.IsCut);
        return (run, EventsOf(run.Termination));
    }

    private static List<(string? Name, string Data)> EventsOf(string sse)
    {
        string plain = sse.Replace("\r\n", "\n", StringComparison.Ordinal);
        Assert.EndsWith("\n\n", plain, StringComparison.Ordinal);
        return [.. plain.Split("\n\n")[..^1].Select(text =>
        {
            string[] lines = text.Split('\n');
            string? name = lines.FirstOrDefault(line => line.StartsWith("event: ", StringComparison.Ordinal))?[7..];
            return (name, Assert.Single(lines, line => line.StartsWith("data: ", StringComparison.Ordinal))[6..]);
        })];
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    private static string UsageJson(string prompt, long promptTokens, string completion, long completionTokens, string total) => string.Create(
        CultureInfo.InvariantCulture, $"{{\"{prompt}\":{promptTokens},\"{completion}\":{completionTokens},\"{total}\":{promptTokens + completionTokens}}}");
}
