namespace Appliance.Proxy.Transport;

/// <summary>
/// Takes the record buffers (34 KiB) from TLS sessions that rest. OpenSSL can do so itself after every record (SSL_MODE_RELEASE_BUFFERS), but then
/// a busy session allocates and frees both for each request, a fiftieth of its time. Belongs to its loop.
/// </summary>
internal sealed class TlsBuffers
{
    /// <summary>
    /// A client that sends one request after the other comes back sooner; and at 50,000 requests a second from as many clients no more
    /// than some 35 MiB rest here.
    /// </summary>
    private const long RestNs = 10_000_000;

    private readonly Queue<(TlsSession Session, long AtNs)> _used = new();

    /// <summary>Sessions that may hold buffers.</summary>
    internal int Count => _used.Count;

    /// <summary>The session has buffers now; once until <see cref="Trim"/> has taken them.</summary>
    internal void Add(TlsSession session, long nowNs) => _used.Enqueue((session, nowNs + RestNs));

    /// <summary>Frees what was not used for a while; as much work as there were sessions in use.</summary>
    internal void Trim(long nowNs)
    {
        while (_used.TryPeek(out (TlsSession Session, long AtNs) next) && next.AtNs <= nowNs)
        {
            _ = _used.Dequeue();
            long rests = next.Session.LastUseNs + RestNs;
            if (rests > nowNs) _used.Enqueue((next.Session, rests));
            else next.Session.FreeBuffers();
        }
    }
}
