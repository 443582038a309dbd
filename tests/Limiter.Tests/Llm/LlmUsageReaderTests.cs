using System.Text;
using Appliance.Limiter.Llm;
using FsCheck;
using FsCheck.Fluent;

namespace Limiter.Tests.Llm;

public sealed class LlmUsageReaderTests
{
    [Theory]
    [InlineData("""{"id":"c","choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":9,"completion_tokens":12,"total_tokens":21}}""", 9, 12, 21)]
    [InlineData("""{"usage":{"prompt_tokens":9,"completion_tokens":12,"prompt_tokens_details":{"cached_tokens":5}}}""", 9, 12, 21)]
    [InlineData("""{"object":"response","output":[],"usage":{"input_tokens":3,"input_tokens_details":{"cached_tokens":1},"output_tokens":4,"total_tokens":7}}""", 3, 4, 7)]
    [InlineData("""{"type":"message","usage":{"input_tokens":10,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,"output_tokens":5}}""", 3210, 5, 3215)]
    [InlineData("""{"candidates":[],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":5,"totalTokenCount":9}}""", 4, 5, 9)]
    [InlineData("""{"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":5,"thoughtsTokenCount":100,"toolUsePromptTokenCount":7}}""", 11, 105, 116)]
    [InlineData("""[{"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}},{"usageMetadata":{"candidatesTokenCount":5,"totalTokenCount":9}}]""", 4, 5, 9)]
    [InlineData("""{"usage":42}""", 0, 0, 42)]
    [InlineData("""{"usage":{"total_tokens":42}}""", 0, 0, 42)]
    [InlineData("""{"usage":{"prompt_tokens":-5,"completion_tokens":1e1}}""", 0, 10, 10)]
    [InlineData("""{"usage":null,"x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":2}}}""", 1, 2, 3)]
    public void UsageIsFoundUnderEveryProvidersNames(string body, long prompt, long completion, long total)
    {
        var reader = new LlmUsageReader();
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        foreach (byte[][] pieces in Pieces.EveryCut(bytes))
        {
            reader.Reset();
            foreach (byte[] piece in pieces) reader.Feed(piece);
            Assert.Equal((LlmUsageOutcome.Found, new LlmUsage(prompt, completion, total)), (reader.Finish(out LlmUsage usage), usage));
        }
    }

    [Theory]
    [InlineData("""{"choices":[]}""", LlmUsageOutcome.NotFound)]
    [InlineData("""{"usage":null}""", LlmUsageOutcome.NotFound)]
    [InlineData("""{"usage":{"prompt_tokens":"12"}}""", LlmUsageOutcome.NotFound)]
    [InlineData("""{"choices":[{"usage":{"total_tokens":5}}]}""", LlmUsageOutcome.NotFound)]
    [InlineData("""{"choices":[{"message":{"content":"\"usage\":{\"total_tokens\":5}"}}]}""", LlmUsageOutcome.NotFound)]
    [InlineData("""{"usage":{"total_tokens":5}""", LlmUsageOutcome.NotJson)]
    [InlineData("""{"usage":{"total_tokens":5}}}""", LlmUsageOutcome.NotJson)]
    [InlineData("", LlmUsageOutcome.NotJson)]
    [InlineData("\u001f\u008b\u0008", LlmUsageOutcome.NotJson)]
    public void WithoutUsageTheOutcomeSaysWhy(string body, LlmUsageOutcome outcome)
    {
        var reader = new LlmUsageReader();
        reader.Feed(Encoding.UTF8.GetBytes(body));
        Assert.Equal((outcome, default), (reader.Finish(out LlmUsage usage), usage));
    }

    [Fact]
    public void AReaderForgetsTheResponseBefore()
    {
        var reader = new LlmUsageReader();
        reader.Feed("""{"usage":{"prompt_tokens":5,"total_tokens":99}}"""u8);
        reader.Reset();
        reader.Feed("""{"usage":{"completion_tokens":1}}"""u8);
        Assert.Equal((LlmUsageOutcome.Found, new LlmUsage(0, 1, 1)), (reader.Finish(out LlmUsage usage), usage));
    }

    [Fact]
    public void UsageBehindAnyLengthOfContentIsFound()
    {
        var reader = new LlmUsageReader();
        reader.Feed("""{"choices":[{"message":{"content":" """u8);
        byte[] text = Encoding.UTF8.GetBytes(new string('x', 1 << 16));
        for (int i = 0; i < 64; i++) reader.Feed(text);
        reader.Feed("""" "}}],"usage":{"prompt_tokens":1,"completion_tokens":1000000}}""""u8);
        Assert.Equal((LlmUsageOutcome.Found, new LlmUsage(1, 1_000_000, 1_000_001)), (reader.Finish(out LlmUsage usage), usage));
    }

    [Fact]
    public void AnyBytesInAnyPiecesGiveTheSameOutcome() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new System.Random(seed);
            byte[] body = Pieces.Mutate("""{"id":"c\u00e9","type":"message","usage":{"input_tokens":10,"output_tokens":5,"total_tokens":1e99},"x":[-1]}"""u8.ToArray(), random);
            var reader = new LlmUsageReader();
            reader.Feed(body);
            LlmUsageOutcome whole = reader.Finish(out LlmUsage expected);
            reader.Reset();
            foreach (byte[] piece in Pieces.Of(body, random)) reader.Feed(piece);
            return reader.Finish(out LlmUsage usage) == whole && usage == expected && usage is { PromptTokens: >= 0, CompletionTokens: >= 0, TotalTokens: >= 0 };
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
}
