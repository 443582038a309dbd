using System.Collections.Immutable;
using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>One entry of `upstreams`; sections that the data plane takes as they stand are its own records. Immutable.</summary>
internal sealed record UpstreamConfig
{
    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>How a server is chosen.</summary>
    public required BalanceMethod Balance { get; init; }

    /// <summary>What `balance: hash` goes by.</summary>
    public required HashKeySettings HashKey { get; init; }

    /// <summary>At least one; two never share an address.</summary>
    public required ImmutableArray<ServerConfig> Servers { get; init; }

    /// <summary>Active checks; null: none.</summary>
    public required HealthCheckSettings? HealthCheck { get; init; }

    /// <summary>`outlier_ejection`; null: none.</summary>
    public required EjectionSettings? Ejection { get; init; }

    /// <summary>Null: none.</summary>
    public required CircuitBreakerSettings? CircuitBreaker { get; init; }

    /// <summary>When a request is tried again.</summary>
    public required RetrySettings Retry { get; init; }

    /// <summary>Zero: a server that comes back takes its whole share at once.</summary>
    public required TimeSpan SlowStart { get; init; }

    /// <summary>Null: none.</summary>
    public required StickySettings? Sticky { get; init; }

    /// <summary>Null: plain.</summary>
    public required UpstreamTlsSettings? Tls { get; init; }

    /// <summary>Null: none.</summary>
    public required ProxyProtocolVersion? ProxyProtocol { get; init; }

    /// <summary>Idle connections to the servers.</summary>
    public required (int MaximumIdle, TimeSpan IdleTimeout) Keepalive { get; init; }

    /// <summary>How long a request waits for a full server.</summary>
    public required TimeSpan QueueTimeout { get; init; }
}
