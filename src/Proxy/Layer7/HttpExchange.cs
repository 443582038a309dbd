using Appliance.Limiter;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// What one request under way needs: its parsed heads and scratch space. Kept per loop and lent to a connection from its request's first
/// byte until the answer is out, so that an idle connection costs none of it.
/// </summary>
internal sealed class HttpExchange
{
    private readonly byte[] _path = new byte[HttpLimits.RequestLine];
    private readonly byte[] _host = new byte[HostName.MaxLength];
    private readonly byte[] _limitLines = new byte[RateLimitHeaders.MaxLength];
    private int _pathLength;
    private int _hostLength;
    private int _limitLength;

    /// <summary>The request.</summary>
    internal RequestHead Request { get; } = new();

    /// <summary>The server's response.</summary>
    internal ResponseHead Response { get; } = new();

    /// <summary>The normalised path.</summary>
    internal ReadOnlySpan<byte> Path => _path.AsSpan(0, _pathLength);

    /// <summary>The normalised host.</summary>
    internal ReadOnlySpan<byte> Host => _host.AsSpan(0, _hostLength);

    /// <summary>The limiter's header lines for the answer; empty if none.</summary>
    internal ReadOnlySpan<byte> LimitLines => _limitLines.AsSpan(0, _limitLength);

    /// <summary>Begins a request.</summary>
    internal void Begin()
    {
        Request.Reset();
        _pathLength = _hostLength = _limitLength = 0;
    }

    /// <summary>Normalises path and host for routes and policies.</summary>
    /// <returns>False when the target cannot be read in one way only.</returns>
    internal bool Normalize(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> host = Request.Host(head);
        if (!host.IsEmpty) _hostLength = HostName.Normalize(host, _host);
        return TargetPath.TryNormalize(Request.Target(head), _path, out _pathLength);
    }

    /// <summary>Keeps what the limiter wants the client to see.</summary>
    internal void SetLimits(in Decision decision) => _limitLength = RateLimitHeaders.Write(decision, _limitLines);
}
