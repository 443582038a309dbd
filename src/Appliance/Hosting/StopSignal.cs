using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Appliance.Hosting;

/// <summary>
/// SIGTERM and SIGINT ask for an orderly stop, a second one for an immediate stop; SIGHUP asks for a reload. Nothing runs on the signal's
/// thread but a flag and a queued task.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly TaskCompletionSource<string> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _atOnce = new();
    private readonly ILogger _log;
    private volatile Action? _reload;

    public StopSignal(ILogger log)
    {
        _log = log;
        Handle(PosixSignal.SIGTERM, () => OnStop("SIGTERM"));
        Handle(PosixSignal.SIGINT, () => OnStop("SIGINT"));
        Handle(PosixSignal.SIGHUP, () => _reload?.Invoke());
    }

    /// <summary>Completes with the signal's name.</summary>
    public Task<string> Stopping => _stop.Task;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken AtOnce => _atOnce.Token;

    /// <summary>What SIGHUP does; before it is set, a SIGHUP is ignored, since the config is being read anyway.</summary>
    public Action? Reload
    {
        set => _reload = value;
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _atOnce.Dispose();
    }

    private void Handle(PosixSignal signal, Action action) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true; // the runtime's own answer would end the process without draining
        action();
    }));

    private void OnStop(string name)
    {
        if (_stop.TrySetResult(name)) return;
        ApplianceLog.StoppingAtOnce(_log, name);
        _atOnce.Cancel();
    }
}
