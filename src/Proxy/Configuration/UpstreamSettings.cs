using System.Collections.Immutable;
using System.Net;

namespace Appliance.Proxy.Configuration;

/// <summary>A pool of servers. Immutable.</summary>
public sealed record UpstreamSettings
{
    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>At least one.</summary>
    public required ImmutableArray<ServerSettings> Servers { get; init; }

    /// <summary>How a server is chosen.</summary>
    public BalanceMethod Balance { get; init; } = BalanceMethod.RoundRobin;

    /// <summary>What <see cref="BalanceMethod.Hash"/> hashes.</summary>
    public HashKeySettings HashKey { get; init; } = new(HashSource.SourceAddress);

    /// <summary>Active checks; null: none.</summary>
    public HealthCheckSettings? HealthCheck { get; init; }

    /// <summary>Passive checks by real traffic; null: only the short hold-off after a failed connect.</summary>
    public EjectionSettings? Ejection { get; init; }

    /// <summary>One breaker per server; null: none.</summary>
    public CircuitBreakerSettings? CircuitBreaker { get; init; }

    /// <summary>When and how often a request is tried again.</summary>
    public RetrySettings Retry { get; init; } = new();

    /// <summary>The share of a server that came back grows from a tenth to the whole in this time; zero: at once.</summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>A signed cookie that keeps a client on its server; null: none.</summary>
    public StickySettings? Sticky { get; init; }

    /// <summary>TLS to the servers; null: plain.</summary>
    public UpstreamTlsSettings? Tls { get; init; }

    /// <summary>A PROXY protocol header that goes before the first byte; null: none.</summary>
    public ProxyProtocolVersion? ProxyProtocol { get; init; }

    /// <summary>Idle connections kept per server and loop, 0 .. 10,000.</summary>
    public int MaximumIdle { get; init; } = 256;

    /// <summary>How long an idle connection is kept. The default is shorter than the usual 60..75 s of servers, so that it is mostly we who close.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>How long a request waits for a server whose <see cref="ServerSettings.MaximumConnections"/> are in use.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>One server of a pool.</summary>
/// <param name="Address">IPEndPoint, or DnsEndPoint: resolved again by TTL, every address of the name is used.</param>
/// <param name="Weight">1 to 256; share of the traffic among the servers of its kind (primary or backup).</param>
/// <param name="Backup">Used only when no primary server can be reached.</param>
/// <param name="MaximumConnections">Connections in use to the server, over all loops; 0: no limit.</param>
public sealed record ServerSettings(EndPoint Address, int Weight = 1, bool Backup = false, int MaximumConnections = 0);
