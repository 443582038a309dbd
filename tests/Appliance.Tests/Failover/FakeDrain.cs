using Appliance.Failover;

namespace Appliance.Tests.Failover;

/// <summary>Traffic that drains when the test says so; both wait for the same word.</summary>
internal sealed class FakeDrain(List<string> calls) : ITrafficDrain
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TimeSpan DrainLimit => TimeSpan.FromSeconds(30);

    /// <summary>False: only the wait after the switch is held up.</summary>
    public bool HoldSettling { get; set; }

    public void SetDraining(bool draining)
    {
        lock (calls) calls.Add($"draining {draining}");
    }

    public void CutMoved(int virtualRouterId)
    {
        lock (calls) calls.Add($"cut {virtualRouterId}");
    }

    public Task WaitUntilIdleAsync(TimeSpan limit, CancellationToken cancellation)
    {
        lock (calls) calls.Add($"wait {limit.TotalSeconds}");
        return HoldSettling && limit == DrainLimit ? _idle.Task.WaitAsync(cancellation) : Task.CompletedTask;
    }

    public void BecomeIdle() => _idle.SetResult();
}
