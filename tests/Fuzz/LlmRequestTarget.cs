using System.Text;
using System.Text.Json;
using Appliance.Limiter.Llm;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Bodies of requests to language models: one reading in whatever pieces they come, and never less than their text.</summary>
internal sealed class LlmRequestTarget : ITarget
{
    private readonly LlmRequestReader _reader = new();
    private readonly LlmRequestReader _other = new();

    public string Name => "llm-request";

    public int MaximumLength => 20_000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[]
        {
            "\"model\":\"m\"", "\"messages\":[", "\"content\":\"text\"", "\"content\":[", "\"role\":\"user\"", "\"prompt\":\"p\"", "\"prompt\":[1,2]", "\"input\":\"i\"", "\"contents\":[", "\"parts\":[", "\"text\":\"t\"",
            "\"system\":\"s\"", "\"tools\":[", "\"max_tokens\":7", "\"max_completion_tokens\":1e3", "\"max_output_tokens\":-1", "\"generationConfig\":{", "\"maxOutputTokens\":9", "\"stream\":true",
            "{", "}", "[", "]", ",", ":", "null", "1e999", "\\ud83d", "\\u0061", "\ufeff", "\u4e2d",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        LlmRequestReading whole = _reader.Read(input);
        _other.Reset();
        int step = input.IsEmpty ? 1 : 1 + input[^1] % 13;
        for (int at = 0; at < input.Length; at += step) _other.Feed(input.Slice(at, Math.Min(step, input.Length - at)));
        Require(_other.Finish() == whole && _other.Model.SequenceEqual(_reader.Model), "the reading does not depend on how the bytes arrive");
        Require(whole.PromptTokens >= 0 && whole.PromptTokens <= TokenEstimate.FromBytes(input.Length), "a prompt is no longer than its body");
        Require(whole.CompletionCap is >= 0 and <= TokenEstimate.Max, "a cap is a number of tokens");
        Require(whole.Status is not (LlmRequestStatus.NotJson or LlmRequestStatus.Ambiguous or LlmRequestStatus.NoPrompt) || whole.PromptTokens == TokenEstimate.FromBytes(input.Length),
            "what is not understood counts whole");
        Require(whole.Status == LlmRequestStatus.Empty == input.IsEmpty, "nothing is nothing");
        if (whole.Status == LlmRequestStatus.Read) Require(IsObject(input), "what was read is JSON to the framework too");
        return HashCode.Combine(whole.Status, Math.Min(whole.PromptTokens, 16), whole.CompletionCap > 0, whole.Stream, whole.ModelHash != 0, input.Length / 256);
    }

    private static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json.StartsWith("\ufeff"u8) ? json[3..] : json, new JsonReaderOptions { MaxDepth = 1000 });
            reader.Read();
            bool isObject = reader.TokenType == JsonTokenType.StartObject;
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
