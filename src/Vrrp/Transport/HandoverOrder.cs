namespace Appliance.Vrrp.Transport;

/// <summary>A planned switch that somebody waits for.</summary>
/// <param name="force">Also when the config fingerprints differ.</param>
/// <param name="routerId">The group; null: all that are Active here.</param>
internal sealed class HandoverOrder(bool force, byte? routerId)
{
    private readonly TaskCompletionSource<HandoverResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Force { get; } = force;

    public byte? RouterId { get; } = routerId;

    public Task<HandoverResult> Task => _done.Task;

    public void Finish(bool done, string reason) => _done.TrySetResult(new HandoverResult(done, reason));
}
