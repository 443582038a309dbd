using Appliance.Limiter.Evaluation;

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

    internal HeldTakes? Current => Held is not null && Held.Version == Version ? Held : null;

    private HeldTakes? Held { get; }

    private ulong Version { get; }
}
