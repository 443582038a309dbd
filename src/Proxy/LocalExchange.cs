using System.Buffers;
using Appliance.Limiter;

namespace Appliance.Proxy;

/// <summary>
/// One request to a Local listener and its answer. The answer is buffered whole and sent when the handler's task completes. Owned by one
/// connection and reused for its next request: do not keep it.
/// </summary>
public abstract class LocalExchange
{
    /// <summary>Method, case kept.</summary>
    public abstract ReadOnlySpan<byte> Method { get; }

    /// <summary>Normalised path without the query (policies.md A6).</summary>
    public abstract ReadOnlySpan<byte> Path { get; }

    /// <summary>The query without '?', raw; empty if none.</summary>
    public abstract ReadOnlySpan<byte> Query { get; }

    /// <summary>
    /// Path and query as they came, nothing resolved: for who reads the path as a question about another path, and must not have its dot segments
    /// lead out of it.
    /// </summary>
    public abstract ReadOnlySpan<byte> Target { get; }

    /// <summary>The whole request body; at most 1 MiB (413 before the handler is called).</summary>
    public abstract ReadOnlySpan<byte> Body { get; }

    /// <summary>The TCP peer, whatever its headers say; default on a Unix socket.</summary>
    public abstract ClientAddress Peer { get; }

    /// <summary>The peer is one of the listener's trusted proxies: what it says of others is believed (policies.md A7).</summary>
    public abstract bool PeerIsTrusted { get; }

    /// <summary>The nearest untrusted address: the peer, or the client that trusted proxies stand before.</summary>
    public abstract ClientAddress Client { get; }

    /// <summary>The event loop's number, 0 ..; the lane to pass to the policy engine.</summary>
    public abstract int Lane { get; }

    /// <summary>The loop's monotonic clock in nanoseconds at the request's arrival.</summary>
    public abstract long NowNs { get; }

    /// <summary>The first value of a header; see <see cref="IRequestView.TryGetHeader"/>.</summary>
    public abstract bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value);

    /// <summary>200 to 599; 200 until set.</summary>
    public abstract int Status { get; set; }

    /// <summary>Adds complete `Name: value\r\n` lines, as the limiter's header writer makes them.</summary>
    public abstract void AddHeaderLines(ReadOnlySpan<byte> lines);

    /// <summary>Sets Content-Type; default text/plain; charset=utf-8.</summary>
    public abstract string ContentType { get; set; }

    /// <summary>Where the body is written.</summary>
    public abstract IBufferWriter<byte> Output { get; }
}
