using Appliance.Cli;
using Appliance.Hosting;
using Appliance.Systemd;
using Microsoft.Extensions.Logging;

namespace Appliance.Failover;

/// <summary>
/// Where roles meet traffic: role changes become log lines and systemd's status; an order to hand over becomes drain, switch, settle. On
/// a single node there is nobody to hand over to, and each order says so. Thread-safe.
/// </summary>
internal sealed class RoleDesk : IDisposable
{
    /// <summary>How long answers under way may finish before the address moves; what takes longer is a download and is not waited for.</summary>
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMilliseconds(500);

    private readonly IRoleNode? _node;
    private readonly HaWatch? _watch;
    private readonly ITrafficDrain _traffic;
    private readonly Readiness _readiness;
    private readonly ServiceNotifier _notifier;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _oneHandover = new(1, 1);
    private readonly CancellationTokenSource _disposed = new();
    private string _toldStatus = "";

    public RoleDesk(IRoleNode? node, HaWatch? watch, ITrafficDrain traffic, Readiness readiness, ServiceNotifier notifier, ILogger log)
    {
        _node = node;
        _watch = watch;
        _traffic = traffic;
        _readiness = readiness;
        _notifier = notifier;
        _log = log;
        if (node is null) return;
        node.Changed += OnChanged;
        node.HandoverWanted += OnHandoverWanted;
    }

    /// <summary>Drain, let the peer become active, settle.</summary>
    /// <param name="force">Also when the peer runs another config.</param>
    /// <param name="wait">Return only when this node's connections have ended or drain_timeout is over.</param>
    public async Task<OrderResult> FailoverAsync(bool force, bool wait)
    {
        if (_node is null) return NoPeer();
        (string? refusal, Task settled) = await HandOverAsync("operator's order", force, null).ConfigureAwait(false);
        if (refusal is not null) return new OrderResult(ExitCode.Failed, $"not handed over: {refusal}");
        if (wait) await settled.ConfigureAwait(false);
        return new OrderResult(ExitCode.Ok, wait ? "handed over; the peer is active, connections are drained" : "handed over; the peer is active");
    }

    public OrderResult SetStandby(bool on)
    {
        if (_node is null) return NoPeer();
        _node.SetStandby(on);
        ApplianceLog.Standby(_log, on ? "on" : "off");
        return new OrderResult(ExitCode.Ok, on ? "standby: this node will not be active until `appliance standby off`" : "standby is off");
    }

    /// <summary>Out of bypass, flaps forgotten.</summary>
    public OrderResult Reset()
    {
        if (_watch is null) return NoPeer();
        _watch.Reset();
        return new OrderResult(ExitCode.Ok, "reset: out of bypass, flaps are forgotten");
    }

    /// <summary>The daemon stops: the peer takes over if it is fit, whatever config it runs, since this node will be gone.</summary>
    public async Task LeaveAsync()
    {
        if (_node is null || !_node.Report().IsActive) return;
        await HandOverAsync("this node stops", force: true, null).ConfigureAwait(false);
    }

    public void Dispose()
    {
        if (_node is not null)
        {
            _node.Changed -= OnChanged;
            _node.HandoverWanted -= OnHandoverWanted;
        }

        _disposed.Cancel();
    }

    /// <summary>Tells systemd role and peer when they have changed since it was last told; called often.</summary>
    public void RefreshStatus()
    {
        if (_readiness.Draining || !_readiness.Started) return;
        string text = StatusText();
        if (Interlocked.Exchange(ref _toldStatus, text) != text) _notifier.Status(text);
    }

    /// <summary>Systemd's status line for now.</summary>
    public string StatusText() => StatusText(_node?.Report());

    /// <summary>The text for systemd's status line.</summary>
    internal static string StatusText(HaReport? report)
    {
        if (report is null) return "Running, single node";
        string role = char.ToUpperInvariant(report.Role[0]) + report.Role[1..];
        string peer = report.Peer is { } other ? $", peer {(other.Node.Length > 0 ? other.Node : "unknown")} {other.State}" : "";
        return $"{role} since {report.Since.UtcDateTime:HH:mm:ss} UTC{peer}";
    }

    private static OrderResult NoPeer() => new(ExitCode.Failed, "this is a single node: there is no ha section in its config, so no peer");

    private async Task<(string? Refusal, Task Settled)> HandOverAsync(string reason, bool force, byte? routerId)
    {
        if (!await _oneHandover.WaitAsync(0, CancellationToken.None).ConfigureAwait(false)) return ("another handover is under way", Task.CompletedTask);
        bool settling = false;
        try
        {
            ApplianceLog.HandoverBegins(_log, reason);
            _traffic.SetDraining(true);
            await _traffic.WaitUntilIdleAsync(SettleLimit, _disposed.Token).ConfigureAwait(false);
            string? refusal = await _node!.HandoverAsync(force, routerId, _disposed.Token).ConfigureAwait(false);
            if (refusal is not null)
            {
                ApplianceLog.HandoverRefused(_log, refusal);
                return (refusal, Task.CompletedTask);
            }

            ApplianceLog.HandoverDone(_log);
            if (routerId is { } one && IsActiveBeside(one)) return (null, Task.CompletedTask); // the clients of another group are not to be sent away
            settling = true;
            return (null, SettleAsync());
        }
        finally
        {
            if (!settling) EndHandover();
        }
    }

    private bool IsActiveBeside(byte routerId) =>
        _node!.Report().Groups.Any(group => group.VirtualRouterId != routerId && group.Role == RoleNames.Active);

    /// <summary>Connections that began here go on until they end or the drain limit; then this node is an ordinary passive one.</summary>
    private async Task SettleAsync()
    {
        try
        {
            await _traffic.WaitUntilIdleAsync(_traffic.DrainLimit, _disposed.Token).ConfigureAwait(false);
        }
        finally
        {
            EndHandover();
        }
    }

    private void EndHandover()
    {
        if (!_readiness.Draining) _traffic.SetDraining(false);
        _oneHandover.Release();
    }

    /// <summary>The election itself logs its transitions for operators; this line helps to see what the traffic side knew, and when.</summary>
    private void OnChanged(RoleChange change)
    {
        ApplianceLog.RoleChanged(_log, change.From, change.To, change.Reason);
        if (change.From == RoleNames.Active) _traffic.CutMoved(change.VirtualRouterId);
        RefreshStatus();
    }

    /// <summary>The peer repeats its wish while it has it; one that comes during a handover is already being granted.</summary>
    private void OnHandoverWanted(byte routerId)
    {
        if (_oneHandover.CurrentCount > 0 && !_readiness.Draining) _ = Task.Run(() => GrantAsync(routerId));
    }

    private async Task GrantAsync(byte routerId)
    {
        try
        {
            await HandOverAsync("the preferred node is fit again", force: false, routerId).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ApplianceLog.HandoverRefused(_log, "the daemon stops");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            ApplianceLog.InternalError(_log, "handover", error);
        }
    }
}
