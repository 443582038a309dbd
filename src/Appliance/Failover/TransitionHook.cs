using System.Threading.Channels;
using Appliance.Hosting;
using Microsoft.Extensions.Logging;

namespace Appliance.Failover;

/// <summary>
/// Runs `ha.on_transition` for each change of role: one at a time, in order, off the election. A change that finds the queue full is
/// not told, and logged. Disposing lets what is queued run, within a limit.
/// </summary>
internal sealed class TransitionHook : IDisposable
{
    private const int QueueLength = 64;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);
    private readonly string _file;
    private readonly TimeSpan _limit;
    private readonly Func<ReadOnlyMemory<byte>> _status;
    private readonly ILogger _log;
    private readonly Channel<(RoleChange Change, ReadOnlyMemory<byte> Status)> _queue =
        Channel.CreateBounded<(RoleChange, ReadOnlyMemory<byte>)>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly Task _pump;

    /// <param name="file">The executable.</param>
    /// <param name="limit">How long one run may take.</param>
    /// <param name="status">The status document at the moment of the change.</param>
    /// <param name="log">Gets failures.</param>
    public TransitionHook(string file, TimeSpan limit, Func<ReadOnlyMemory<byte>> status, ILogger log)
    {
        _file = file;
        _limit = limit;
        _status = status;
        _log = log;
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Never waits for the command.</summary>
    public void Tell(RoleChange change)
    {
        if (!_queue.Writer.TryWrite((change, _status()))) ApplianceLog.HookFailed(_log, _file, change.To, "too many runs are waiting; this one is left out");
    }

    public void Dispose()
    {
        _queue.Writer.TryComplete();
        if (!_pump.Wait(EndLimit)) ApplianceLog.HookFailed(_log, _file, "at the end", "still running when the daemon ended");
    }

    private async Task PumpAsync()
    {
        await foreach ((RoleChange change, ReadOnlyMemory<byte> status) in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            CommandOutcome outcome = await OperatorCommand.RunAsync(
                _file,
                [change.To, change.Reason],
                [("APPLIANCE_VIRTUAL_ROUTER_ID", $"{change.VirtualRouterId}"), ("APPLIANCE_FROM", change.From)],
                status,
                _limit).ConfigureAwait(false);
            if (outcome.Ok) ApplianceLog.HookRan(_log, _file, change.To, outcome.Text);
            else ApplianceLog.HookFailed(_log, _file, change.To, outcome.Text);
        }
    }
}
