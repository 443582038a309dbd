using Microsoft.Extensions.Logging;

namespace Appliance.Hosting;

/// <summary>
/// Calls an action again and again on a thread of its own, so that neither a busy thread pool nor another ticker can hold it up. A failed
/// call is logged and the next one comes; a call that takes long delays only its own next one.
/// </summary>
internal sealed class Ticker : IDisposable
{
    private readonly TimeSpan _interval;
    private readonly Action _action;
    private readonly ILogger _log;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    public Ticker(string name, TimeSpan interval, Action action, ILogger log)
    {
        _interval = interval;
        _action = action;
        _log = log;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Waits for a call that is under way.</summary>
    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        do
        {
            try
            {
                _action();
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                ApplianceLog.InternalError(_log, _thread.Name ?? "ticker", error);
            }
        }
        while (!_stop.Wait(_interval));
    }
}
