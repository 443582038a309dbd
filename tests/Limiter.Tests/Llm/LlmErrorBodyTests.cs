using System.Text;
using System.Text.Json;
using Appliance.Limiter.Llm;

namespace Limiter.Tests.Llm;

public sealed class LlmErrorBodyTests
{
    [Theory]
    [InlineData(LlmProvider.Unknown)]
    [InlineData(LlmProvider.OpenAi)]
    [InlineData(LlmProvider.OpenAiResponses)]
    public void OpenAiClientsGetTheirShape(LlmProvider provider)
    {
        JsonElement error = Body(provider, "tpm_exceeded", 12).GetProperty("error");
        Assert.Equal("Rate limit exceeded: tpm_exceeded", error.GetProperty("message").GetString());
        Assert.Equal("rate_limit_error", error.GetProperty("type").GetString());
        Assert.Equal("rate_limit_exceeded", error.GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Null, error.GetProperty("param").ValueKind);
        Assert.Equal("tpm_exceeded", error.GetProperty("details").GetProperty("reason").GetString());
        Assert.Equal(12, error.GetProperty("details").GetProperty("retry_after").GetInt64());
    }

    [Fact]
    public void AnthropicClientsGetTheirShape()
    {
        JsonElement body = Body(LlmProvider.Anthropic, "tpd_exceeded", 86400);
        Assert.Equal("error", body.GetProperty("type").GetString());
        JsonElement error = body.GetProperty("error");
        Assert.Equal("rate_limit_error", error.GetProperty("type").GetString());
        Assert.Equal("Rate limit exceeded: tpd_exceeded", error.GetProperty("message").GetString());
        Assert.Equal(86400, error.GetProperty("details").GetProperty("retry_after").GetInt64());
    }

    [Fact]
    public void GeminiClientsGetTheirShape()
    {
        JsonElement error = Body(LlmProvider.Gemini, "tpm_exceeded", 7).GetProperty("error");
        Assert.Equal(429, error.GetProperty("code").GetInt32());
        Assert.Equal("RESOURCE_EXHAUSTED", error.GetProperty("status").GetString());
        Assert.Equal("Rate limit exceeded: tpm_exceeded", error.GetProperty("message").GetString());
        Assert.Equal("tpm_exceeded", error.GetProperty("details")[0].GetProperty("reason").GetString());
        Assert.Equal("7s", error.GetProperty("details")[1].GetProperty("retryDelay").GetString());
    }

    [Theory]
    [InlineData(LlmProvider.OpenAi)]
    [InlineData(LlmProvider.Anthropic)]
    [InlineData(LlmProvider.Gemini)]
    public void WithoutATimeToComeBackNothingIsSaidOfIt(LlmProvider provider) =>
        Assert.DoesNotContain("retry", Body(provider, "max_tokens_per_request_exceeded", 0).GetRawText(), StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData(LlmProvider.OpenAi)]
    [InlineData(LlmProvider.Anthropic)]
    [InlineData(LlmProvider.Gemini)]
    public void AnyReasonStaysInsideItsQuotesAndTheBodyInsideItsLength(LlmProvider provider)
    {
        Body(provider, string.Concat(Enumerable.Repeat("\"\\\u0001\u00e9}", 40)), long.MaxValue);
        Body(provider, new string('\\', 400), long.MaxValue);
        Assert.Contains(new string('?', LlmErrorBody.MaxReasonLength) + "\"", Body(provider, new string('"', 400), 1).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void AShortDestinationIsRefused() =>
        Assert.Throws<ArgumentException>(() => LlmErrorBody.Write(LlmProvider.OpenAi, "x"u8, 1, new byte[LlmErrorBody.MaxLength - 1]));

    [Theory]
    [InlineData("/v1/chat/completions", LlmProvider.OpenAi)]
    [InlineData("/openai/v1/completions", LlmProvider.OpenAi)]
    [InlineData("/v1/responses", LlmProvider.OpenAiResponses)]
    [InlineData("/v1/messages", LlmProvider.Anthropic)]
    [InlineData("/v1beta/models/gemini-2.0-flash:generateContent", LlmProvider.Gemini)]
    [InlineData("/v1beta/models/gemini-2.0-flash:streamGenerateContent", LlmProvider.Gemini)]
    [InlineData("/v1/embeddings", LlmProvider.Unknown)]
    [InlineData("/", LlmProvider.Unknown)]
    public void ThePathTellsTheProvider(string path, LlmProvider provider) => Assert.Equal(provider, LlmProviders.OfPath(Encoding.UTF8.GetBytes(path)));

    private static JsonElement Body(LlmProvider provider, string reason, long retryAfter)
    {
        var bytes = new byte[LlmErrorBody.MaxLength];
        int length = LlmErrorBody.Write(provider, Encoding.UTF8.GetBytes(reason), retryAfter, bytes);
        return JsonDocument.Parse(bytes.AsMemory(0, length)).RootElement;
    }
}
