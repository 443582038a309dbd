using System.Threading.Tasks.Sources;

namespace Appliance.Proxy.Transport;

/// <summary>
/// The waiting half of a single-awaiter value task source that lives on one thread: no lock, no context capture, no boxing. Whoever
/// completes it runs the continuation inline, which is the point: from the kernel's event to the handler's next line on one stack.
/// </summary>
internal struct LoopSignal
{
    private Action<object?>? _continuation;
    private object? _state;

    /// <summary>True between <see cref="Begin"/> and <see cref="Complete"/>.</summary>
    internal bool IsPending { get; private set; }

    /// <summary>Grows with every wait; a stale token is a bug of the caller.</summary>
    internal short Version { get; private set; }

    /// <summary>A wait begins.</summary>
    /// <exception cref="InvalidOperationException">One is under way already: the contract is one awaiter at a time.</exception>
    internal short Begin()
    {
        if (IsPending) throw new InvalidOperationException("an operation of this kind is already pending");
        IsPending = true;
        return Version;
    }

    /// <summary>See <see cref="IValueTaskSource.GetStatus"/>.</summary>
    internal readonly ValueTaskSourceStatus GetStatus(short token)
    {
        Require(token);
        return IsPending ? ValueTaskSourceStatus.Pending : ValueTaskSourceStatus.Succeeded;
    }

    /// <summary>See <see cref="IValueTaskSource.OnCompleted"/>.</summary>
    internal void OnCompleted(Action<object?> continuation, object? state, short token)
    {
        Require(token);
        if (!IsPending)
        {
            continuation(state);
            return;
        }

        _continuation = continuation;
        _state = state;
    }

    /// <summary>Ends the wait and runs the awaiter, if there is one yet. Nothing of the source may be touched by the caller afterwards.</summary>
    internal void Complete()
    {
        IsPending = false;
        if (_continuation is not { } continuation) return;
        object? state = _state;
        _continuation = null;
        _state = null;
        continuation(state);
    }

    /// <summary>The result has been taken.</summary>
    internal void Consume(short token)
    {
        Require(token);
        if (IsPending) throw new InvalidOperationException("the operation has not completed");
        Version++;
    }

    private readonly void Require(short token)
    {
        if (token != Version) throw new InvalidOperationException("the value task was awaited twice or kept too long");
    }
}
