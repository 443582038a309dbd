using System.Text;
using Appliance.Limiter.Llm;

namespace Limiter.Tests.Llm;

public sealed class LlmAllocationTests
{
    private static readonly byte[][] Requests = [.. ((string[])
    [
        """{"model":"gpt-4o","stream":true,"max_tokens":1e3,"messages":[{"role":"user","content":"h\u00e9llo"}],"tools":[{"a":[1,true,null]}]}""",
        """{"model":"gpt-4o","messages":[{"content":"cut sh""", "not json at all", "", "{\"max_tokens\":1e999,\"max_tokens\":2}", "\"\\ud83d\\u12", "[[[[[",
    ]).Select(Encoding.UTF8.GetBytes)];

    private static readonly byte[][] Bodies = [.. Streams.All.Select(Streams.Bytes)];

    /// <summary>Also of input that is no JSON: strangers choose it.</summary>
    [Fact]
    public void ReadingARequestAndItsUsageAllocatesNothing()
    {
        var requests = new LlmRequestReader();
        var responses = new LlmUsageReader();
        byte[] usage = """{"id":"x","usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3.5e1}}"""u8.ToArray();
        long tokens = 0;
        AssertAllocatesNothing(() =>
        {
            foreach (byte[] body in Requests) tokens += requests.Read(body).PromptTokens;
            responses.Reset();
            responses.Feed(usage);
            responses.Finish(out LlmUsage found);
            TokenEstimate.TryReadHint("12.5"u8, true, out long hint);
            tokens += found.TotalTokens + hint;
        });
        Assert.True(tokens > 0);
    }

    [Fact]
    public void AStreamAllocatesNothingWhetherItPassesIsHeldOrIsCut()
    {
        var guard = new LlmStreamGuard();
        byte[] error = new byte[LlmErrorBody.MaxLength];
        long sent = 0;
        AssertAllocatesNothing(() =>
        {
            foreach (byte[] stream in Bodies)
            {
                foreach (long limit in (ReadOnlySpan<long>)[10, 1000])
                {
                    foreach (int size in (ReadOnlySpan<int>)[7, 100_000])
                    {
                        guard.Start(new LlmStreamSettings(LlmStreamMode.Enforce, limit, 5, LlmLimitAction.GracefulClose, true), LlmProvider.Unknown, 1);
                        for (int at = 0; at < stream.Length; at += size) sent += LengthOf(guard.Feed(stream.AsSpan(at, Math.Min(size, stream.Length - at))));
                        sent += LengthOf(guard.Finish());
                        guard.Release();
                    }
                }
            }

            sent += LlmErrorBody.Write(LlmProvider.Gemini, "tpm_exceeded"u8, 5, error);
        });
        Assert.True(sent > 0);
    }

    private static int LengthOf(LlmStreamStep step) => step.Held.Length + step.Forward + step.Termination.Length;

    private static void AssertAllocatesNothing(Action round)
    {
        for (int i = 0; i < 50; i++) round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) round();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
