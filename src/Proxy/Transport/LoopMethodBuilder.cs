// The compiler's pattern for builders asks for instance members, used or not.
#pragma warning disable CA1822
using System.Runtime.CompilerServices;

namespace Appliance.Proxy.Transport;

/// <summary>
/// Builds async methods whose whole flow stays on one loop's thread. A method that must wait borrows a box from its thread's pool and gives it
/// back when its result has been taken, so that any number of requests under way at once allocate nothing in steady state (the pooling builder
/// of the framework keeps one box per thread and one per core). No execution context flows: nothing on a loop uses one.
/// Such a method must await loop operations and other such methods only, and its task must be awaited exactly once.
/// </summary>
/// <typeparam name="TResult">The method's result.</typeparam>
internal struct LoopMethodBuilder<TResult>
{
    private LoopBox<TResult>? _box;
    private TResult _result;

    /// <summary>The method's task: a plain value when it never had to wait.</summary>
    public ValueTask<TResult> Task => _box is { } box ? new(box, box.Version) : new(_result);

    /// <summary>A builder for one call.</summary>
    public static LoopMethodBuilder<TResult> Create() => default;

    /// <summary>Runs the method up to its first wait.</summary>
    public readonly void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => machine.MoveNext();

    /// <summary>Not used: the box holds the machine itself.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine machine)
    {
    }

    /// <summary>The method has returned.</summary>
    public void SetResult(TResult result)
    {
        if (_box is { } box) box.Succeed(result);
        else _result = result;
    }

    /// <summary>The method has thrown.</summary>
    public void SetException(Exception error)
    {
        _box ??= new LoopBox<TResult>.Failed();
        _box.Fail(error);
    }

    /// <summary>The method waits.</summary>
    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.OnCompleted(Box(ref machine));

    /// <summary>The method waits.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Box(ref machine));

    private Action Box<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine
    {
        if (_box is { } box) return box.Continue;
        LoopBox<TResult>.Of<TMachine> fresh = LoopBox<TResult>.Of<TMachine>.Rent();
        // This builder is a field of the machine: it must know its box before the machine is copied into it.
        _box = fresh;
        fresh.Hold(machine);
        return fresh.Continue;
    }
}
