using Appliance.Proxy.Configuration;

namespace Appliance.Configuration;

/// <summary>The keys of an entry of `upstreams`.</summary>
internal static class UpstreamSection
{
    private static readonly ValueKey<string> Name = new("name", Kinds.Name, null, "Unique name; routes and listeners refer to it.") { Required = true };
    private static readonly ValueKey<BalanceMethod> Balance = new("balance",
        new ChoiceKind<BalanceMethod>(
            [("round_robin", BalanceMethod.RoundRobin), ("least_connections", BalanceMethod.LeastConnections),
                ("random_two", BalanceMethod.RandomTwo), ("hash", BalanceMethod.Hash)]), "round_robin",
        "How a server is chosen: round_robin, least_connections, random_two or hash.");
    private static readonly SectionKey Hash = new("hash", HashSection.Section, "What `balance: hash` goes by.");
    private static readonly SectionListKey Servers = new("servers", ServerSection.Section, "Its servers.") { Required = true };
    private static readonly SectionKey HealthCheck = new("health_check", HealthCheckSection.Section, "Active checks. Absent: none.");
    private static readonly SectionKey OutlierEjection = new("outlier_ejection", OutlierEjectionSection.Section,
        "Checks by real traffic. Absent: only a short hold-off after a failed connect.");
    private static readonly SectionKey CircuitBreaker = new("circuit_breaker", CircuitBreakerSection.Section, "One per server. Absent: none.");
    private static readonly SectionKey Retry = new("retry", RetrySection.Section, "When a request is tried again; never once the client has a byte of the answer.");
    private static readonly ValueKey<TimeSpan> SlowStart = new("slow_start", new DurationKind(0, 3_600_000), "0s",
        "The share of a server that came back grows to the whole in this time; 0s: at once.");
    private static readonly SectionKey Sticky = new("sticky", StickySection.Section, "A signed cookie that keeps a client on its server. Absent: none.");
    private static readonly SectionKey Tls = new("tls", UpstreamTlsSection.Section, "TLS to the servers. Absent: plain.");
    private static readonly ValueKey<ProxyProtocolVersion> ProxyProtocol = new("proxy_protocol",
        new ChoiceKind<ProxyProtocolVersion>([("v1", ProxyProtocolVersion.V1), ("v2", ProxyProtocolVersion.V2)]), null,
        "PROXY protocol to the servers: v1 or v2. Absent: none.");
    private static readonly SectionKey Keepalive = new("keepalive", KeepaliveSection.Section, "Idle connections to the servers.");
    private static readonly ValueKey<TimeSpan> QueueTimeout = new("queue_timeout", new DurationKind(0, 3_600_000), "5s",
        "How long a request waits for a server whose maximum_connections are in use.");

    /// <summary>The declaration.</summary>
    public static readonly Section Section = new(
        [Name, Balance, Hash, Servers, HealthCheck, OutlierEjection, CircuitBreaker, Retry, SlowStart, Sticky, Tls, ProxyProtocol, Keepalive, QueueTimeout],
        ["maximum_connections", "queue", "timeouts", "protocol"]);

    /// <summary>Reads an entry.</summary>
    public static UpstreamConfig Read(SectionReader reader, string baseDirectory) => new()
    {
        Name = reader.Get(Name),
        Balance = reader.Get(Balance),
        HashKey = HashSection.Read(reader.Get(Hash)),
        Servers = [.. reader.Get(Servers).Select(ServerSection.Read)],
        HealthCheck = reader.GetOptional(HealthCheck) is { } check ? HealthCheckSection.Read(check) : null,
        Ejection = reader.GetOptional(OutlierEjection) is { } ejection ? OutlierEjectionSection.Read(ejection) : null,
        CircuitBreaker = reader.GetOptional(CircuitBreaker) is { } breaker ? CircuitBreakerSection.Read(breaker) : null,
        Retry = RetrySection.Read(reader.Get(Retry)),
        SlowStart = reader.Get(SlowStart),
        Sticky = reader.GetOptional(Sticky) is { } sticky ? StickySection.Read(sticky) : null,
        Tls = reader.GetOptional(Tls) is { } tls ? UpstreamTlsSection.Read(tls, baseDirectory) : null,
        ProxyProtocol = reader.GetOrNull(ProxyProtocol),
        Keepalive = KeepaliveSection.Read(reader.Get(Keepalive)),
        QueueTimeout = reader.Get(QueueTimeout),
    };
}
