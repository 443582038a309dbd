using System.Threading.Tasks.Sources;

namespace Appliance.Proxy.Transport;

/// <summary>A wait on a loop's clock that somebody may end early. One waiter at a time, used again and again; belongs to the loop.</summary>
internal sealed class LoopDelay : LoopTimer, IValueTaskSource<bool>
{
    private LoopSignal _signal;
    private EventLoop? _loop;
    private bool _passed;

    /// <summary>True while somebody waits.</summary>
    internal bool IsWaiting => _signal.IsPending;

    /// <summary>Waits; the result says whether the time has passed.</summary>
    internal ValueTask<bool> WaitAsync(EventLoop loop, long untilNs)
    {
        _loop = loop;
        _passed = false;
        short token = _signal.Begin();
        loop.Timers.Arm(this, untilNs);
        return new(this, token);
    }

    /// <summary>Whoever waits goes on now.</summary>
    internal void End()
    {
        if (!_signal.IsPending) return;
        _loop!.Timers.Cancel(this);
        _signal.Complete();
    }

    /// <inheritdoc/>
    internal override void OnDeadline(long nowNs)
    {
        _passed = true;
        _signal.Complete();
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _signal.Consume(token);
        return _passed;
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token);
}
