// Takes results by hand on purpose: the tests are about the very moment at which a task completes.
#pragma warning disable CA2012, xUnit1031
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Appliance.Proxy.Transport;
using Proxy.Tests.Support;

namespace Proxy.Tests.Transport;

public sealed class LoopMethodBuilderTests
{
    [Fact]
    public async Task AMethodThatNeverWaitsReturnsItsValueAtOnce()
    {
        ValueTask<int> task = AddAsync(1, wait: null);
        Assert.True(task.IsCompletedSuccessfully);
        Assert.Equal(2, await task);
    }

    [Fact]
    public async Task AMethodThatWaitsGoesOnWhereItsOperationCompletes()
    {
        await using var rig = new LoopRig();
        var gate = new Gate();
        bool onLoop = await rig.RunAsync(async () =>
        {
            ValueTask<int> task = AddAsync(4, gate);
            Assert.False(task.IsCompleted);
            rig.Loop.Post(gate.Open);
            Assert.Equal(5, await task);
            return rig.Loop.IsCurrent;
        });
        Assert.True(onLoop);
    }

    [Fact]
    public async Task AnErrorBeforeTheFirstWaitComesOutOfTheTask()
    {
        ValueTask<int> task = FailAsync(null);
        Assert.True(task.IsFaulted);
        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await task)).Message);
    }

    [Fact]
    public async Task AnErrorAfterAWaitComesOutOfTheTaskAndTheBoxIsGoodAgain()
    {
        for (int i = 0; i < 3; i++)
        {
            var gate = new Gate();
            ValueTask<int> task = FailAsync(gate);
            gate.Open();
            Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await task)).Message);
        }
    }

    [Fact]
    public void ATaskThatWasTakenCannotBeTakenAgain()
    {
        var gate = new Gate();
        ValueTask<int> task = AddAsync(1, gate);
        gate.Open();
        Assert.Equal(2, task.GetAwaiter().GetResult());
        Assert.Throws<InvalidOperationException>(() => task.GetAwaiter().GetResult());
    }

    [Fact]
    public void MethodsUnderWayAtOnceKeepTheirOwnState()
    {
        Gate[] gates = [.. Enumerable.Range(0, 100).Select(_ => new Gate())];
        ValueTask<int>[] tasks = [.. gates.Select((gate, i) => AddAsync(i, gate))];
        foreach (Gate gate in gates.Reverse()) gate.Open();
        Assert.Equal(Enumerable.Range(1, 100), tasks.Select(task => task.GetAwaiter().GetResult()));
    }

    [Fact]
    public void AMethodThatStartsItselfAnewFromItsAwaiterIsNotMixedUp()
    {
        var gates = new Gate[50];
        for (int i = 0; i < gates.Length; i++) gates[i] = new Gate();
        ValueTask<int> sum = SumAsync(gates);
        foreach (Gate gate in gates) gate.Open();
        Assert.Equal(Enumerable.Range(0, 50).Sum(i => i + 1), sum.GetAwaiter().GetResult());
    }

    [Fact]
    public void WaitingAllocatesNothingOnceBoxesAreThere()
    {
        Gate[] gates = [.. Enumerable.Range(0, 64).Select(_ => new Gate())];
        var tasks = new ValueTask<int>[gates.Length];
        PlayRound(gates, tasks);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++) PlayRound(gates, tasks);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // Unoptimised builds make every state machine an object.
        bool optimised = typeof(Connection).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };
        // Boxes would be hundreds of kilobytes; a collection in between counts what this thread had in reserve, up to 8 KiB.
        if (optimised) Assert.InRange(allocated, -16_384, 16_384);
    }

    [Fact]
    public void AJobRunsToItsEndUnobserved()
    {
        int finished = 0;
        for (int i = 0; i < 10; i++)
        {
            var gate = new Gate();
            _ = CountAsync(gate);
            gate.Open();
        }

        Assert.Equal(10, finished);

        async LoopJob CountAsync(Gate gate)
        {
            await gate;
            finished++;
        }
    }

    private static void PlayRound(Gate[] gates, ValueTask<int>[] tasks)
    {
        for (int i = 0; i < gates.Length; i++)
        {
            gates[i].Close();
            tasks[i] = AddAsync(i, gates[i]);
        }

        foreach (Gate gate in gates) gate.Open();
        for (int i = 0; i < tasks.Length; i++) Assert.True(tasks[i].GetAwaiter().GetResult() == i + 1);
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<int> AddAsync(int number, Gate? wait)
    {
        if (wait is not null) await wait;
        return number + 1;
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<int> SumAsync(Gate[] gates)
    {
        int sum = 0;
        for (int i = 0; i < gates.Length; i++) sum += await AddAsync(i, gates[i]);
        return sum;
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private static async ValueTask<int> FailAsync(Gate? wait)
    {
        if (wait is not null) await wait;
        throw new InvalidOperationException("broken");
    }

    /// <summary>Something to wait for that one thread opens and closes.</summary>
    private sealed class Gate : ICriticalNotifyCompletion
    {
        private Action? _continuation;

        public bool IsCompleted { get; private set; }

        public Gate GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => _continuation = continuation;

        public void UnsafeOnCompleted(Action continuation) => _continuation = continuation;

        public void Close() => IsCompleted = false;

        public void Open()
        {
            IsCompleted = true;
            Action? continuation = _continuation;
            _continuation = null;
            continuation?.Invoke();
        }
    }
}
