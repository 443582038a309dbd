namespace Appliance.Proxy.Health;

/// <summary>Phases of a circuit breaker (upstreams.md part B section 2.7).</summary>
internal enum BreakerPhase
{
    /// <summary>Requests pass.</summary>
    Closed,

    /// <summary>None passes.</summary>
    Open,

    /// <summary>A few at a time find out whether the server is well again.</summary>
    HalfOpen,
}
