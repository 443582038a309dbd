using Appliance.Proxy.Configuration;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// What may still be tried for one request: how often, until when, and within the upstream's budget (upstreams.md A1.5). Part of an exchange.
/// </summary>
internal sealed class RequestTries
{
    private LoopPool _pool = null!;
    private RetrySettings _settings = null!;
    private LoopServer? _other;
    private long _endNs;
    private ulong _key;
    private int _made;
    private bool _repeatable;

    /// <summary>Bits of the servers that have been tried.</summary>
    internal ulong Tried { get; private set; }

    /// <summary>By when the try that begins now must have brought the response's head; monotonic ns.</summary>
    internal long DeadlineNs => _settings.TryTimeout == default ? _endNs : Math.Min(_endNs, _pool.Loop.NowNs + Ns(_settings.TryTimeout));

    /// <summary>A request begins.</summary>
    internal void Begin(LoopPool pool, ulong key, RequestHead request)
    {
        _pool = pool;
        _settings = pool.Settings.Retry;
        _key = key;
        _other = null;
        _made = 0;
        Tried = 0;
        _endNs = _settings.TotalTimeout == default ? long.MaxValue : pool.Loop.NowNs + Ns(_settings.TotalTimeout);
        _repeatable = request.IsIdempotent || _settings.NonIdempotent;
        pool.Retry.CountRequest(pool.Loop.NowNs);
    }

    /// <summary>A server is about to be tried.</summary>
    internal void Count(LoopServer server)
    {
        _made++;
        Tried |= server.Mask;
    }

    /// <summary>It has not seen the request: that was no try.</summary>
    internal void Discount(LoopServer server)
    {
        _made--;
        Tried &= ~server.Mask;
    }

    /// <summary>True when another server is to be tried after this failure; takes it from the budget.</summary>
    /// <param name="failure">What went wrong.</param>
    /// <param name="seen">The server may have seen the request.</param>
    internal bool MayRetry(HttpError failure, bool seen)
    {
        bool wanted = failure switch
        {
            HttpError.ConnectTimeout or HttpError.UpstreamTimeout => _settings.OnTimeout,
            HttpError.ConnectFailed or HttpError.UpstreamClosed or HttpError.UpstreamBadResponse => _settings.OnError,
            _ => false,
        };
        return wanted && (!seen || _repeatable) && IsLeft && TakeBudget();
    }

    /// <summary>
    /// True when an answer with this status is to be thrown away for that of another server, which is then held ready: without one the answer at
    /// hand is the last, and goes to the client.
    /// </summary>
    internal bool PrefersOther(int status)
    {
        if (!_settings.OnStatuses.Contains(status) || !_repeatable || !IsLeft || _pool.Next(Tried, _key) is not { } other) return false;
        if (TakeBudget())
        {
            _other = other;
            return true;
        }

        other.Conclude(ServerOutcome.Unknown);
        return false;
    }

    /// <summary>The server that <see cref="PrefersOther"/> holds ready; the caller concludes it.</summary>
    internal LoopServer? TakeOther()
    {
        LoopServer? other = _other;
        _other = null;
        return other;
    }

    private bool IsLeft => _made < _settings.Attempts && _pool.Loop.NowNs < _endNs;

    private bool TakeBudget()
    {
        if (!_pool.Retry.TryTake(_pool.Loop.NowNs)) return false;
        _pool.Retries++;
        return true;
    }

    private static long Ns(TimeSpan span) => span.Ticks * 100;
}
