using System.Collections.Immutable;
using Appliance.Proxy.Tls;

namespace Appliance.Proxy;

/// <summary>Figures of the data plane at one moment.</summary>
public sealed record ProxyStatus(
    ImmutableArray<ListenerStatus> Listeners,
    ImmutableArray<UpstreamStatus> Upstreams,
    ImmutableArray<LoopStatus> Loops)
{
    /// <summary>Lines of the access log that found no room since start.</summary>
    public long AccessLogDropped { get; init; }

    /// <summary>Requests that wait because a policy delays them, those that the decision API was asked about among them.</summary>
    public long DelayedRequests { get; init; }

    /// <summary>Clients whose packets the kernel drops.</summary>
    public OffloadStatus Offload { get; init; } = new("off", 0, 0, 0);
}

/// <summary>Totals of a listener since it was opened.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where it is bound, as text.</param>
/// <param name="Protocol">http, tcp, udp or local.</param>
/// <param name="ActiveConnections">Open now.</param>
/// <param name="AcceptedConnections">Accepted since start.</param>
/// <param name="Requests">HTTP requests answered, by status class: index 1 is 1xx .. 5 is 5xx; index 0 is unused.</param>
/// <param name="ReceivedBytes">From clients.</param>
/// <param name="SentBytes">To clients.</param>
/// <param name="RejectedByPolicy">Requests answered 429 by a policy.</param>
public sealed record ListenerStatus(
    string Name, string Address, string Protocol, long ActiveConnections, long AcceptedConnections,
    ImmutableArray<long> Requests, long ReceivedBytes, long SentBytes, long RejectedByPolicy)
{
    /// <summary>Connections closed for their PROXY protocol header, by reason; reasons that never occurred are left out.</summary>
    public ImmutableDictionary<string, long> RefusedProxyHeaders { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>Connections closed because their ClientHello led to no upstream, by reason; as above.</summary>
    public ImmutableDictionary<string, long> RefusedClientHellos { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>The TLS certificates in use, in configured order; empty: plain.</summary>
    public ImmutableArray<CertificateStatus> Certificates { get; init; } = [];

    /// <summary>TLS handshakes completed.</summary>
    public long TlsHandshakes { get; init; }

    /// <summary>Of them, those that resumed a session.</summary>
    public long TlsResumed { get; init; }

    /// <summary>TLS handshakes that failed or took too long.</summary>
    public long TlsFailures { get; init; }

    /// <summary>Refusals before a byte was parsed.</summary>
    public AdmissionStatus Admission { get; init; } = new([0, 0, 0, 0, 0], 0, 0, 0);

    /// <summary>Datagrams of a udp listener; null for others.</summary>
    public UdpStatus? Udp { get; init; }
}

/// <summary>An upstream and its servers.</summary>
public sealed record UpstreamStatus(string Name, ImmutableArray<ServerStatus> Servers)
{
    /// <summary>Servers that would get a request now: up, not drained, not ejected, breaker not open.</summary>
    public int HealthyServers { get; init; }

    /// <summary>Requests that wait for a server with a free connection.</summary>
    public long QueueLength { get; init; }

    /// <summary>Tries after the first.</summary>
    public long Retries { get; init; }
}

/// <summary>Totals of one server.</summary>
/// <param name="Address">As configured; of a name: `NAME:PORT (ADDRESS)`.</param>
/// <param name="State">`up`; `down`: checks or connecting fail, or the name is not resolved; `drain`; `ejected` by passive checks.</param>
/// <param name="ActiveConnections">In use now.</param>
/// <param name="IdleConnections">Kept for reuse.</param>
/// <param name="Requests">Requests or tunnels sent.</param>
/// <param name="Failures">Connections refused, reset or timed out.</param>
public sealed record ServerStatus(string Address, string State, long ActiveConnections, long IdleConnections, long Requests, long Failures)
{
    /// <summary>What active checks say: `up`, `down`, `unchecked`, or `none` without checks.</summary>
    public string Health { get; init; } = "none";

    /// <summary>Why the last check failed, or the name is not resolved; null: neither is so.</summary>
    public string? Reason { get; init; }

    /// <summary>When checks last changed their mind; null: never.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Checks passed.</summary>
    public long ChecksOk { get; init; }

    /// <summary>Checks failed.</summary>
    public long ChecksFailed { get; init; }

    /// <summary>`closed`, `open`, `half-open`, or `none` without a breaker.</summary>
    public string Breaker { get; init; } = "none";

    /// <summary>The operator wants no new request here.</summary>
    public bool Draining { get; init; }

    /// <summary>Left out by passive checks.</summary>
    public bool Ejected { get; init; }

    /// <summary>Requests under way; counted for servers with a limit and for methods that compare them.</summary>
    public long UnderWay { get; init; }
}

/// <summary>One event loop.</summary>
/// <param name="Number">0 ..</param>
/// <param name="Turns">Grows with every turn of the loop, at least ten times a second; a standstill means a stalled loop.</param>
/// <param name="Connections">Sockets it owns.</param>
/// <param name="BufferBytes">Memory of its buffer pool.</param>
public sealed record LoopStatus(int Number, long Turns, long Connections, long BufferBytes);
