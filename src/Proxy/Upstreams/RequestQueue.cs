using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Upstreams;

/// <summary>
/// Requests of one loop that wait because every server that may serve them has as many connections as it may: first come, first served,
/// bounded in number and time. All wait equally long, so the first is the first to give up, and one timer does for all.
/// </summary>
internal sealed class RequestQueue : LoopTimer
{
    /// <summary>More than so many on one loop are turned away at once: a longer queue would only time out.</summary>
    internal const int Limit = 1024;

    private readonly LoopPool _pool;
    private readonly Queue<WaitingRequest> _waiting = new();
    private readonly Stack<WaitingRequest> _free = new();
    private readonly long _timeoutNs;
    private readonly Action _serve;
    private int _servePosted;

    internal RequestQueue(LoopPool pool)
    {
        _pool = pool;
        _timeoutNs = pool.Settings.QueueTimeout.Ticks * 100;
        _serve = Serve;
    }

    /// <summary>Requests waiting here; readable from any thread.</summary>
    internal int Length => _waiting.Count;

    /// <summary>Waits for a server. On the loop.</summary>
    internal ValueTask<LoopServer?> WaitAsync(ulong tried, ulong key)
    {
        if (_waiting.Count >= Limit || _timeoutNs == 0) return new((LoopServer?)null);
        bool first = _waiting.Count == 0;
        if (!_free.TryPop(out WaitingRequest? request)) request = new WaitingRequest(_free);
        ValueTask<LoopServer?> wait = request.Begin(tried, key, _pool.Loop.NowNs + _timeoutNs);
        _waiting.Enqueue(request);
        _pool.Shared.CountWaiting(1);
        if (!first) return wait;
        // A place that another loop gave back just before we were counted has woken nobody: look once more.
        Wake();
        if (DeadlineNs == long.MaxValue) _pool.Loop.Timers.Arm(this, request.DeadlineNs);
        return wait;
    }

    /// <summary>Serves who waits, soon. From any thread.</summary>
    internal void Wake()
    {
        if (Interlocked.Exchange(ref _servePosted, 1) == 0) _pool.Loop.Post(_serve);
    }

    /// <summary>Everybody goes on in the queue of the pool that takes this one's place, or goes away empty. On the loop.</summary>
    internal void MoveTo(RequestQueue? successor)
    {
        _pool.Loop.Timers.Cancel(this);
        for (int left = _waiting.Count; left > 0; left--)
        {
            WaitingRequest request = Dequeue();
            if (successor is null) request.Complete(null);
            else successor.Adopt(request);
        }
    }

    /// <inheritdoc/>
    internal override void OnDeadline(long nowNs)
    {
        while (_waiting.TryPeek(out WaitingRequest? request) && request.DeadlineNs <= nowNs) Dequeue().Complete(null);
        if (_waiting.TryPeek(out WaitingRequest? next)) _pool.Loop.Timers.Arm(this, next.DeadlineNs);
    }

    private void Adopt(WaitingRequest request)
    {
        _waiting.Enqueue(request);
        _pool.Shared.CountWaiting(1);
        Wake();
        if (DeadlineNs == long.MaxValue) _pool.Loop.Timers.Arm(this, request.DeadlineNs);
    }

    /// <summary>From the front, until a request finds every server full. A request goes on within this call, and may come back to the end.</summary>
    private void Serve()
    {
        Interlocked.Exchange(ref _servePosted, 0);
        while (_waiting.TryPeek(out WaitingRequest? request))
        {
            LoopServer? server = _pool.Pick(request.Tried, request.Key, out bool full);
            if (server is null && full) return;
            Dequeue().Complete(server);
        }

        // Whoever gave a place back woke this loop only; what is left of it belongs to the next one's.
        _pool.Shared.PassOn();
    }

    private WaitingRequest Dequeue()
    {
        _pool.Shared.CountWaiting(-1);
        return _waiting.Dequeue();
    }
}
