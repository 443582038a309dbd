using System.Text;
using Appliance.Limiter.Llm;

namespace Limiter.Tests.Llm;

/// <summary>A stream sent through a guard as a proxy would: what went to the client, and what the guard says at the end.</summary>
internal sealed record GuardRun(string Output, string Termination, LlmUsage Usage, bool IsUsageReported, long Completion, bool IsCut, bool WouldCut, int Oversize, int Malformed)
{
    public static GuardRun Of(IEnumerable<byte[]> pieces, LlmStreamSettings settings, LlmProvider provider = LlmProvider.Unknown, long prompt = 7) =>
        Of(new LlmStreamGuard(), pieces, settings, provider, prompt);

    public static GuardRun Of(LlmStreamGuard guard, IEnumerable<byte[]> pieces, LlmStreamSettings settings, LlmProvider provider = LlmProvider.Unknown, long prompt = 7)
    {
        var output = new List<byte>();
        string termination = "";
        guard.Start(in settings, provider, prompt);
        foreach (byte[] piece in pieces) Send(guard.Feed(piece), piece, output, ref termination);
        Send(guard.Finish(), [], output, ref termination);
        guard.Release();
        return new GuardRun(
            Encoding.Latin1.GetString([.. output]), termination, guard.Usage, guard.IsUsageReported, guard.CompletionTokens, guard.IsCut, guard.WouldCut,
            guard.OversizeEvents, guard.MalformedEvents);
    }

    /// <summary>Everything the client gets.</summary>
    public string All => Output + Termination;

    private static void Send(LlmStreamStep step, byte[] piece, List<byte> output, ref string termination)
    {
        if (termination.Length > 0) Assert.True(step is { IsCut: true, Forward: 0, Held.IsEmpty: true, Termination.IsEmpty: true });
        Assert.True(step.IsCut || step.Termination.IsEmpty);
        output.AddRange(step.Held);
        output.AddRange(piece.AsSpan(0, step.Forward));
        if (!step.Termination.IsEmpty) termination = Encoding.Latin1.GetString(step.Termination);
    }
}
