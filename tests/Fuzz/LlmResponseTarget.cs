using System.Text;
using Appliance.Limiter.Llm;
using static Fuzz.InvariantException;

namespace Fuzz;

/// <summary>Answers of language models, whole and as streams: what goes on to the client, and what is charged.</summary>
internal sealed class LlmResponseTarget : ITarget
{
    private readonly LlmUsageReader _usage = new();
    private readonly LlmUsageReader _otherUsage = new();
    private readonly LlmStreamGuard _guard = new();

    public string Name => "llm-response";

    public int MaximumLength => 100_000;

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. new[]
        {
            "data: ", "data:", "event: message_stop\n", "\n\n", "\r\n\r\n", "\r", ":\n", "data: [DONE]\n\n", "\ufeff", "id: 1\n", "data\n",
            "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"},\"finish_reason\":null}]}", "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hello\"}}", "{\"type\":\"message_delta\",\"usage\":{\"output_tokens\":5}}",
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hello\"}]},\"finishReason\":\"STOP\"}]", "\"usageMetadata\":{\"promptTokenCount\":1,\"totalTokenCount\":9}}",
            "{\"type\":\"response.output_text.delta\",\"delta\":\"hello\"}", "{\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":31}}}",
            "1e30", "-1", "{", "}", "[", "]", ",", "\"", "\\ud83d",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public int Run(ReadOnlySpan<byte> input)
    {
        int step = input.IsEmpty ? 1 : 1 + input[^1] % 29;
        int kind = CheckUsage(input, step);
        foreach (LlmStreamMode mode in (LlmStreamMode[])[LlmStreamMode.Count, LlmStreamMode.Shadow, LlmStreamMode.Enforce])
        {
            foreach (long limit in (long[])[0, 3, 1_000_000])
            {
                var settings = new LlmStreamSettings(mode, limit, 2, input.Length % 2 == 0 ? LlmLimitAction.GracefulClose : LlmLimitAction.ErrorChunk, true);
                kind = HashCode.Combine(kind, CheckStream(input, step, in settings));
            }
        }

        return kind;
    }

    private int CheckUsage(ReadOnlySpan<byte> input, int step)
    {
        _usage.Reset();
        _usage.Feed(input);
        LlmUsageOutcome outcome = _usage.Finish(out LlmUsage usage);
        _otherUsage.Reset();
        for (int at = 0; at < input.Length; at += step) _otherUsage.Feed(input.Slice(at, Math.Min(step, input.Length - at)));
        Require(_otherUsage.Finish(out LlmUsage other) == outcome && other == usage, "the usage does not depend on how the bytes arrive");
        CheckBounds(usage);
        return HashCode.Combine(outcome, usage.PromptTokens > 0, usage.CompletionTokens > 0, usage.TotalTokens > 0);
    }

    private int CheckStream(ReadOnlySpan<byte> input, int step, in LlmStreamSettings settings)
    {
        (byte[] sent, byte[] end) = Send(input, Math.Max(input.Length, 1), in settings);
        (bool Cut, bool Would, long Tokens, LlmUsage Usage, int Malformed) whole = Facts();
        (byte[] again, byte[] otherEnd) = Send(input, step, in settings);
        Require(sent.AsSpan().SequenceEqual(again) && end.AsSpan().SequenceEqual(otherEnd) && whole == Facts(), "a stream's fate does not depend on how the bytes arrive");
        Require(input.StartsWith(sent), "what goes out came in");
        Require(whole.Cut || sent.Length == input.Length, "a stream that is not cut goes out whole");
        Require(whole.Cut == end.Length > 0, "a stream that is cut gets an end, and no other");
        Require(!whole.Cut || (settings.Mode == LlmStreamMode.Enforce && whole.Tokens > settings.Limit), "only what passes its limit is cut");
        Require(!whole.Would || settings.Mode == LlmStreamMode.Shadow, "only a shadow would");
        Require(whole.Tokens >= 0 && whole.Tokens <= input.Length, "a token has a byte at least");
        CheckBounds(whole.Usage);
        // All ends are events of their own, whatever stood before.
        if (whole.Cut) Require(Encoding.UTF8.GetString(end).EndsWith("\n\n", StringComparison.Ordinal), "an end ends its event");
        return HashCode.Combine(whole.Cut, whole.Would, Math.Min(whole.Tokens, 20), Math.Min(whole.Malformed, 3), _guard.Provider, _guard.IsComplete);
    }

    private (byte[] Sent, byte[] End) Send(ReadOnlySpan<byte> input, int step, in LlmStreamSettings settings)
    {
        var sent = new List<byte>();
        byte[] end = [];
        _guard.Start(in settings, LlmProvider.Unknown, 7);
        for (int at = 0; at < input.Length; at += step)
        {
            ReadOnlySpan<byte> piece = input.Slice(at, Math.Min(step, input.Length - at));
            Take(_guard.Feed(piece), piece, sent, ref end);
        }

        Take(_guard.Finish(), default, sent, ref end);
        _guard.Release();
        return ([.. sent], end);
    }

    private static void Take(LlmStreamStep step, ReadOnlySpan<byte> piece, List<byte> sent, ref byte[] end)
    {
        Require(end.Length == 0 || (step.Held.IsEmpty && step.Forward == 0 && step.Termination.IsEmpty), "nothing follows the end");
        sent.AddRange(step.Held);
        sent.AddRange(piece[..step.Forward]);
        if (!step.Termination.IsEmpty) end = step.Termination.ToArray();
    }

    private (bool Cut, bool Would, long Tokens, LlmUsage Usage, int Malformed) Facts() =>
        (_guard.IsCut, _guard.WouldCut, _guard.CompletionTokens, _guard.Usage, _guard.MalformedEvents);

    private static void CheckBounds(LlmUsage usage) =>
        Require(usage is { PromptTokens: >= 0, CompletionTokens: >= 0, TotalTokens: >= 0 } && usage.TotalTokens <= 4 * TokenEstimate.Max, "usage is bounded");
}
