using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace Appliance.Proxy.Transport;

/// <summary>
/// Where an async method of <see cref="LoopMethodBuilder{TResult}"/> lives while it waits, and the source of its task. One thread, one awaiter;
/// taking the result gives the box back to the pool of the thread.
/// </summary>
internal abstract class LoopBox<TResult> : IValueTaskSource<TResult>
{
    private LoopSignal _signal;
    private TResult _result = default!;
    private ExceptionDispatchInfo? _error;

    private LoopBox() => _ = _signal.Begin();

    /// <summary>Grows with every use; a task kept too long is found out.</summary>
    internal short Version => _signal.Version;

    /// <summary>Runs the method on; given to whatever it waits for.</summary>
    internal Action Continue { get; private protected init; } = static () => { };

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token)
    {
        ValueTaskSourceStatus status = _signal.GetStatus(token);
        return status == ValueTaskSourceStatus.Succeeded && _error is not null ? ValueTaskSourceStatus.Faulted : status;
    }

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token);

    /// <inheritdoc/>
    public TResult GetResult(short token)
    {
        _signal.Consume(token);
        TResult result = _result;
        ExceptionDispatchInfo? error = _error;
        _result = default!;
        _error = null;
        _ = _signal.Begin();
        Return();
        error?.Throw();
        return result;
    }

    /// <summary>Completes the task.</summary>
    internal void Succeed(TResult result)
    {
        _result = result;
        _signal.Complete();
    }

    /// <summary>Completes the task with an error.</summary>
    internal void Fail(Exception error)
    {
        _error = ExceptionDispatchInfo.Capture(error);
        _signal.Complete();
    }

    private protected abstract void Return();

    /// <summary>The box of one method.</summary>
    internal sealed class Of<TMachine> : LoopBox<TResult>
        where TMachine : IAsyncStateMachine
    {
        /// <summary>Boxes kept per method and thread; a burst above it is left to the collector.</summary>
        private const int Kept = 4096;

        [ThreadStatic]
        private static Of<TMachine>? _free;

        [ThreadStatic]
        private static int _freeCount;

        private Of<TMachine>? _next;
        private TMachine _machine = default!;

        private Of() => Continue = MoveNext;

        /// <summary>A box of this thread, or a new one.</summary>
        internal static Of<TMachine> Rent()
        {
            if (_free is not { } box) return new Of<TMachine>();
            _free = box._next;
            _freeCount--;
            box._next = null;
            return box;
        }

        /// <summary>Takes the method's state over; from now on it changes in place.</summary>
        internal void Hold(in TMachine machine) => _machine = machine;

        private protected override void Return()
        {
            // What the method held must not stay alive in the pool.
            _machine = default!;
            if (_freeCount >= Kept) return;
            _freeCount++;
            _next = _free;
            _free = this;
        }

        private void MoveNext()
        {
            _machine.MoveNext();
        }
    }

    /// <summary>For a method that throws before its first wait: it never had a box.</summary>
    internal sealed class Failed : LoopBox<TResult>
    {
        private protected override void Return()
        {
        }
    }
}
