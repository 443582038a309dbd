using Appliance.Proxy.Configuration;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Health;

/// <summary>
/// The breaker of one server, shared by all loops: <see cref="BreakerState"/> replaced whole by compare-and-swap. While requests succeed
/// nothing is written and nothing allocated. Thread-safe.
/// </summary>
internal sealed class CircuitBreaker
{
    private volatile CircuitBreakerSettings? _settings;
    private BreakerState _state = BreakerState.Initial;

    /// <summary>Null: there is no breaker, everything passes.</summary>
    internal CircuitBreakerSettings? Settings => _settings;

    /// <summary>The present state.</summary>
    internal BreakerState State => Volatile.Read(ref _state);

    /// <summary>Takes new settings; the state goes on, or ends with the last settings.</summary>
    internal void Adopt(CircuitBreakerSettings? settings)
    {
        _settings = settings;
        if (settings is not null) return;
        BreakerState seen;
        do seen = State;
        while (!Replace(seen, seen.Reset()));
    }

    /// <summary>True when a request would pass just now.</summary>
    internal bool Admits(long nowNs) => _settings is not { } settings || State.Admits(settings, nowNs);

    /// <summary>Lets a request through if it may.</summary>
    /// <param name="nowNs">Monotonic time.</param>
    /// <param name="probe">It holds a half-open slot, which <see cref="Conclude"/> gives back.</param>
    internal bool TryAdmit(long nowNs, out bool probe)
    {
        probe = false;
        if (_settings is not { } settings) return true;
        while (true)
        {
            BreakerState seen = State;
            if (seen.Admit(settings, nowNs) is not { } next) return false;
            if (!Replace(seen, next)) continue;
            probe = next.Phase != BreakerPhase.Closed;
            return true;
        }
    }

    /// <summary>A request is over; once for each that was let through.</summary>
    /// <returns>The phases before and after.</returns>
    internal (BreakerPhase From, BreakerPhase To) Conclude(long nowNs, bool probe, ServerOutcome outcome)
    {
        while (true)
        {
            BreakerState seen = State;
            BreakerState next = _settings is { } settings
                ? seen.Conclude(settings, nowNs, probe, outcome)
                : probe ? seen with { Probes = seen.Probes - 1 } : seen;
            if (Replace(seen, next)) return (seen.Phase, next.Phase);
        }
    }

    private bool Replace(BreakerState seen, BreakerState next) =>
        ReferenceEquals(seen, next) || ReferenceEquals(Interlocked.CompareExchange(ref _state, next, seen), seen);
}
