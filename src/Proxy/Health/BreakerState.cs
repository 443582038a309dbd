using Appliance.Proxy.Configuration;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Health;

/// <summary>
/// A circuit breaker at one moment, and its transitions as pure functions; <see cref="CircuitBreaker"/> makes them atomic. A request that was
/// let through while half open is a probe and holds a slot until it is concluded, whatever has become of the breaker meanwhile; so a slot
/// can neither be lost nor given back twice. Only probes decide while half open: what was admitted earlier is late.
/// </summary>
/// <param name="Phase">The phase.</param>
/// <param name="Count">Closed: failures in a row; half open: successes in a row.</param>
/// <param name="Probes">Probes under way.</param>
/// <param name="SinceNs">When the phase began; monotonic.</param>
internal sealed record BreakerState(BreakerPhase Phase, int Count, int Probes, long SinceNs)
{
    /// <summary>As every breaker begins.</summary>
    internal static BreakerState Initial { get; } = new(BreakerPhase.Closed, 0, 0, 0);

    /// <summary>True when <see cref="Admit"/> would let a request through.</summary>
    internal bool Admits(CircuitBreakerSettings settings, long nowNs) => Phase switch
    {
        BreakerPhase.Closed => true,
        BreakerPhase.Open => nowNs - SinceNs >= Ns(settings.Timeout) && Probes < settings.HalfOpenRequests,
        _ => Probes < settings.HalfOpenRequests,
    };

    /// <summary>Lets a request through: the same state when closed, else one with a slot taken; null: not now.</summary>
    internal BreakerState? Admit(CircuitBreakerSettings settings, long nowNs)
    {
        if (Phase == BreakerPhase.Closed) return this;
        if (!Admits(settings, nowNs)) return null;
        return Phase == BreakerPhase.Open ? new(BreakerPhase.HalfOpen, 0, Probes + 1, nowNs) : this with { Probes = Probes + 1 };
    }

    /// <summary>A request is over.</summary>
    /// <param name="settings">Thresholds.</param>
    /// <param name="nowNs">Monotonic time.</param>
    /// <param name="probe">It was let through while half open.</param>
    /// <param name="outcome">What it says about the server.</param>
    internal BreakerState Conclude(CircuitBreakerSettings settings, long nowNs, bool probe, ServerOutcome outcome)
    {
        BreakerState next = probe ? this with { Probes = Probes - 1 } : this;
        if (outcome == ServerOutcome.Unknown) return next;
        bool failed = outcome is ServerOutcome.Fault or ServerOutcome.Failed;
        return Phase switch
        {
            BreakerPhase.Closed => next.Closed(settings, nowNs, failed),
            BreakerPhase.HalfOpen when probe => next.HalfOpen(settings, nowNs, failed),
            _ => next,
        };
    }

    /// <summary>Without settings there is no breaker; slots that are taken stay so until they are given back.</summary>
    internal BreakerState Reset() => Initial with { Probes = Probes };

    private BreakerState Closed(CircuitBreakerSettings settings, long nowNs, bool failed)
    {
        if (!failed) return Count == 0 ? this : this with { Count = 0 };
        return Count + 1 >= settings.FailureThreshold ? Opened(nowNs) : this with { Count = Count + 1 };
    }

    private BreakerState HalfOpen(CircuitBreakerSettings settings, long nowNs, bool failed)
    {
        if (failed) return Opened(nowNs);
        return Count + 1 >= settings.SuccessThreshold ? new(BreakerPhase.Closed, 0, Probes, nowNs) : this with { Count = Count + 1 };
    }

    private BreakerState Opened(long nowNs) => new(BreakerPhase.Open, 0, Probes, nowNs);

    private static long Ns(TimeSpan span) => span.Ticks * 100;
}
