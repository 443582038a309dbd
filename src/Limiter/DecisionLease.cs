using Appliance.Limiter.Evaluation;
using Appliance.Limiter.Llm;

namespace Appliance.Limiter;

/// <summary>
/// What a request that was let through still holds: places of concurrency rules, reserved tokens of LLM rules. Kept by the caller until the
/// request is over, then handed to <see cref="PolicyEngine.Release"/>. A value; copies are the same lease, and only the first release counts.
/// </summary>
public readonly struct DecisionLease
{
    internal DecisionLease(HeldTakes held, ulong version)
    {
        Held = held;
        Version = version;
    }

    /// <summary>True when nothing is held and nothing need be released.</summary>
    public bool IsEmpty => Held is null;

    /// <summary>True when a response's real usage is wanted: <see cref="PolicyEngine.Settle"/>.</summary>
    public bool WantsUsage => Current is { ReservationCount: > 0 };

    /// <summary>The prompt's tokens as they were reserved; 0 when nothing was.</summary>
    public long PromptTokens => Current?.PromptTokens ?? 0;

    /// <summary>What holds for a streamed answer, when <see cref="WantsUsage"/>.</summary>
    public LlmStreamSettings Stream => Current?.Stream ?? default;

    internal HeldTakes? Current => Held is not null && Held.Version == Version ? Held : null;

    private HeldTakes? Held { get; }

    private ulong Version { get; }
}
