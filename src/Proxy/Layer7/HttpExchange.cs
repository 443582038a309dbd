using System.Buffers;
using Appliance.Limiter;
using Appliance.Proxy.Balancing;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// What one request under way needs: its parsed heads and scratch space. Kept per loop and lent to a connection from its request's first
/// byte until the answer is out, so that an idle connection costs none of it.
/// </summary>
internal sealed class HttpExchange
{
    /// <summary>Bytes of a method that are kept for the log.</summary>
    internal const int MethodLimit = 24;

    /// <summary>Bytes of the longest request id that is taken over from a trusted peer.</summary>
    internal const int RequestIdLimit = 64;

    private const int ExtraLength = RateLimitHeaders.MaxLength + StickyCookie.MaxLine;

    private static readonly SearchValues<byte> IdBytes = SearchValues.Create(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.:/+=@~"u8);

    private readonly byte[] _path = new byte[HttpLimits.RequestLine];
    private readonly byte[] _host = new byte[HostName.MaxLength];
    private byte[] _extraLines = new byte[ExtraLength];
    private readonly byte[] _id = new byte[RequestIdLimit];
    private readonly byte[] _method = new byte[MethodLimit];
    private Route? _route;
    private int _pathLength;
    private int _hostLength;
    private int _limitLength;
    private int _extraLength;
    private int _idLength;
    private int _methodLength;

    /// <summary>Makes one, with everything that it lends.</summary>
    internal HttpExchange() => Attempt = new ServerExchange(this);

    /// <summary>The request.</summary>
    internal RequestHead Request { get; } = new();

    /// <summary>The server's response.</summary>
    internal ResponseHead Response { get; } = new();

    /// <summary>How often and where it may still be tried.</summary>
    internal RequestTries Tries { get; } = new();

    /// <summary>Its body on the way to a server.</summary>
    internal RequestBody Body { get; } = new();

    /// <summary>The attempt under way.</summary>
    internal ServerExchange Attempt { get; }

    /// <summary>What the access log will say.</summary>
    internal AccessRecord Record { get; } = new();

    /// <summary>The normalised path.</summary>
    internal ReadOnlySpan<byte> Path => _path.AsSpan(0, _pathLength);

    /// <summary>The normalised host.</summary>
    internal ReadOnlySpan<byte> Host => _host.AsSpan(0, _hostLength);

    /// <summary>The method, also when the head is gone; its beginning if it is a long one.</summary>
    internal ReadOnlySpan<byte> Method => _method.AsSpan(0, _methodLength);

    /// <summary>The limiter's header lines for the answer; empty if none.</summary>
    internal ReadOnlySpan<byte> LimitLines => _extraLines.AsSpan(0, _limitLength);

    /// <summary>The same, and the cookie that keeps the client on its server.</summary>
    internal ReadOnlySpan<byte> ExtraLines => _extraLines.AsSpan(0, _extraLength);

    /// <summary>The request's id in what goes upstream, in error answers and in the log; visible ASCII.</summary>
    internal ReadOnlySpan<byte> RequestId => _id.AsSpan(0, _idLength);

    /// <summary>Who the client is to policies and log: the peer, or whom trusted proxies name.</summary>
    internal ClientAddress Client { get; private set; }

    /// <summary>The peer is one of the listener's trusted proxies.</summary>
    internal bool PeerIsTrusted { get; private set; }

    /// <summary>What the limiter holds for the request until it is over.</summary>
    internal DecisionLease Lease { get; set; }

    /// <summary>What the request's body says of its cost, once it was read for a policy.</summary>
    internal LlmRequestNumbers Llm { get; set; }

    /// <summary>Reads language model traffic; made when a first request needs it.</summary>
    internal TokenMeter Meter => field ??= new TokenMeter();

    /// <summary>The answer passes <see cref="Meter"/> on its way to the client.</summary>
    internal bool IsMetered { get; set; }

    /// <summary>Debug sessions are configured: what may carry one stays here.</summary>
    internal bool HidesDebugSession { get; set; }

    /// <summary>Waits when a policy says so.</summary>
    internal LoopDelay Delay { get; } = new();

    /// <summary>A trusted proxy says that the client speaks TLS with it.</summary>
    internal bool ForwardedSecure { get; private set; }

    /// <summary>The route, once it is known.</summary>
    internal Route Route
    {
        get => _route ?? throw new InvalidOperationException("the request has no route yet");
        set => _route = value;
    }

    /// <summary>True once <see cref="Route"/> is known.</summary>
    internal bool IsRouted => _route is not null;

    /// <summary>Begins a request.</summary>
    /// <param name="peer">Whose it is, until a trusted peer says otherwise.</param>
    /// <param name="nowNs">Loop time.</param>
    internal void Begin(ClientAddress peer, long nowNs)
    {
        Request.Reset();
        Record.Begin(nowNs);
        Client = peer;
        ForwardedSecure = PeerIsTrusted = IsMetered = HidesDebugSession = false;
        Llm = default;
        _route = null;
        _pathLength = _hostLength = _limitLength = _extraLength = _idLength = _methodLength = 0;
        Body.Reset();
    }

    /// <summary>Normalises path and host for routes and policies.</summary>
    /// <returns>False when the target cannot be read in one way only.</returns>
    internal bool Normalize(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> method = Request.Method(head);
        _methodLength = Math.Min(method.Length, MethodLimit);
        method[.._methodLength].CopyTo(_method);
        ReadOnlySpan<byte> host = Request.Host(head);
        if (!host.IsEmpty) _hostLength = HostName.Normalize(host, _host);
        return TargetPath.TryNormalize(Request.Target(head), _path, out _pathLength);
    }

    /// <summary>Takes over what a trusted peer says: who the client is, whether it speaks TLS, and the request's id if it is a sane one.</summary>
    internal void BelieveTrustedPeer(ReadOnlySpan<byte> head, ClientAddress client, bool secure = false)
    {
        Client = client;
        PeerIsTrusted = true;
        ForwardedSecure = secure;
        foreach (ref readonly HeaderField field in Request.Fields)
        {
            if (field.Known != KnownHeader.RequestId) continue;
            ReadOnlySpan<byte> id = field.Value(head);
            if (id.Length is 0 or > RequestIdLimit || id.IndexOfAnyExcept(IdBytes) >= 0) return;
            id.CopyTo(_id);
            _idLength = id.Length;
            return;
        }
    }

    /// <summary>Gives the request an id unless it has one.</summary>
    internal void EnsureId(RequestIds ids)
    {
        if (_idLength > 0) return;
        var text = new HeadWriter(_id);
        ids.Write(ref text);
        _idLength = text.Length;
    }

    /// <summary>Keeps what the limiter wants the client to see.</summary>
    internal void SetLimits(in Decision decision) => _limitLength = _extraLength = RateLimitHeaders.Write(decision, _extraLines);

    /// <summary>The same for somebody in a debug session, who sees names and reasons too. Allocates: only people get here.</summary>
    internal void SetLimits(PolicyTurn turn, in RequestView view, in Decision decision, long tookNs)
    {
        if (_extraLines.Length == ExtraLength) _extraLines = new byte[ExtraLength + DebugHeaders.MaxLength];
        int length = RateLimitHeaders.Write(decision, _extraLines, showsNames: true);
        _limitLength = _extraLength = length + DebugHeaders.Write(turn, in view, in decision, tookNs, _extraLines.AsSpan(length));
    }

    /// <summary>Names the server that is about to be tried in a cookie for the client, in place of one tried before.</summary>
    internal void SetCookie(LoopPool pool, LoopServer server, bool secure) =>
        _extraLength = _limitLength + pool.WriteSetCookie(server, secure, _extraLines.AsSpan(_limitLength));
}
