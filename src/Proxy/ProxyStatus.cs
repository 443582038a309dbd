using System.Collections.Immutable;

namespace Appliance.Proxy;

/// <summary>Figures of the data plane at one moment.</summary>
public sealed record ProxyStatus(
    ImmutableArray<ListenerStatus> Listeners,
    ImmutableArray<UpstreamStatus> Upstreams,
    ImmutableArray<LoopStatus> Loops)
{
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
    /// <summary>Refusals before a byte was parsed.</summary>
    public AdmissionStatus Admission { get; init; } = new([0, 0, 0, 0, 0], 0, 0, 0);

    /// <summary>Datagrams of a udp listener; null for others.</summary>
    public UdpStatus? Udp { get; init; }
}

/// <summary>An upstream and its servers.</summary>
public sealed record UpstreamStatus(string Name, ImmutableArray<ServerStatus> Servers);

/// <summary>Totals of one server.</summary>
/// <param name="Address">As configured.</param>
/// <param name="State">`up`; `down` while connecting fails.</param>
/// <param name="ActiveConnections">In use now.</param>
/// <param name="IdleConnections">Kept for reuse.</param>
/// <param name="Requests">Requests or tunnels sent.</param>
/// <param name="Failures">Connections refused, reset or timed out.</param>
public sealed record ServerStatus(string Address, string State, long ActiveConnections, long IdleConnections, long Requests, long Failures);

/// <summary>One event loop.</summary>
/// <param name="Number">0 ..</param>
/// <param name="Turns">Grows with every turn of the loop, at least ten times a second; a standstill means a stalled loop.</param>
/// <param name="Connections">Sockets it owns.</param>
/// <param name="BufferBytes">Memory of its buffer pool.</param>
public sealed record LoopStatus(int Number, long Turns, long Connections, long BufferBytes);
