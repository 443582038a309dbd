// The compiler's pattern for builders asks for instance members, used or not.
#pragma warning disable CA1822
using System.Runtime.CompilerServices;

namespace Appliance.Proxy.Transport;

/// <summary>Builds <see cref="LoopJob"/> methods: as <see cref="LoopMethodBuilder{TResult}"/>, with the box given back at the method's end.</summary>
internal struct LoopJobBuilder
{
    private LoopMethodBuilder<bool> _inner;

    /// <summary>The job: nothing to wait for.</summary>
    public readonly LoopJob Task => default;

    /// <summary>A builder for one call.</summary>
    public static LoopJobBuilder Create() => default;

    /// <summary>Runs the method up to its first wait.</summary>
    public readonly void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => machine.MoveNext();

    /// <summary>Not used.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine machine)
    {
    }

    /// <summary>The method has returned: nobody will take a result, so it is taken here.</summary>
    public void SetResult()
    {
        _inner.SetResult(true);
        _ = _inner.Task.GetAwaiter().GetResult();
    }

    /// <summary>The contract is broken: nobody could notice, so it goes on to whoever called.</summary>
    public readonly void SetException(Exception error) => throw new InvalidOperationException("a job on a loop has thrown", error);

    /// <summary>The method waits.</summary>
    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine => _inner.AwaitOnCompleted(ref awaiter, ref machine);

    /// <summary>The method waits.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine => _inner.AwaitUnsafeOnCompleted(ref awaiter, ref machine);
}
