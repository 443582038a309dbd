using System.Threading.Tasks.Sources;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Upstreams;

/// <summary>A request that waits for a server with a free connection. Reused; belongs to its loop.</summary>
/// <param name="free">Where it goes when its result has been taken.</param>
internal sealed class WaitingRequest(Stack<WaitingRequest> free) : IValueTaskSource<LoopServer?>
{
    private LoopSignal _signal;
    private LoopServer? _result;

    /// <summary>Servers it has tried.</summary>
    internal ulong Tried { get; private set; }

    /// <summary>The hash of its key.</summary>
    internal ulong Key { get; private set; }

    /// <summary>When it gives up; monotonic.</summary>
    internal long DeadlineNs { get; private set; }

    /// <summary>Begins to wait.</summary>
    internal ValueTask<LoopServer?> Begin(ulong tried, ulong key, long deadlineNs)
    {
        Tried = tried;
        Key = key;
        DeadlineNs = deadlineNs;
        return new(this, _signal.Begin());
    }

    /// <summary>Ends the wait; the request goes on within this call.</summary>
    internal void Complete(LoopServer? server)
    {
        _result = server;
        _signal.Complete();
    }

    LoopServer? IValueTaskSource<LoopServer?>.GetResult(short token)
    {
        _signal.Consume(token);
        LoopServer? server = _result;
        _result = null;
        free.Push(this);
        return server;
    }

    ValueTaskSourceStatus IValueTaskSource<LoopServer?>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<LoopServer?>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token);
}
