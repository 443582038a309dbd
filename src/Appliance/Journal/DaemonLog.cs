using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace Appliance.Journal;

/// <summary>
/// The daemon's log: Serilog on standard error through a queue, and the bridge by which the libraries write to it. Owns all of it;
/// disposing writes out what is queued.
/// </summary>
internal sealed class DaemonLog : IDisposable
{
    /// <summary>About a second of the worst burst; some 2 MiB of events.</summary>
    private const int QueueCapacity = 8192;

    private readonly Logger _target;
    private readonly BackgroundSink _queue;
    private readonly Logger _front;
    private readonly LoggingLevelSwitch _level;
    private readonly SerilogLoggerFactory _bridge;

    public DaemonLog(LogEventLevel level, bool forJournal)
    {
        _level = new LoggingLevelSwitch(level);
        _target = new LoggerConfiguration().MinimumLevel.Verbose()
            .WriteTo.Console(new LineFormatter(forJournal), standardErrorFromLevel: LogEventLevel.Verbose)
            .CreateLogger();
        _queue = new BackgroundSink(_target, QueueCapacity);
        _front = new LoggerConfiguration().MinimumLevel.ControlledBy(_level).WriteTo.Sink(_queue).CreateLogger();
        _bridge = new SerilogLoggerFactory(_front);
    }

    /// <summary>Entries lost because the output was too slow.</summary>
    public long Dropped => _queue.Dropped;

    /// <summary>Takes effect for the next entry; a reload may change it.</summary>
    public LogEventLevel Level
    {
        get => _level.MinimumLevel;
        set => _level.MinimumLevel = value;
    }

    public Microsoft.Extensions.Logging.ILogger For(string category) => _bridge.CreateLogger(category);

    public void Dispose()
    {
        _bridge.Dispose();
        _front.Dispose();
        _queue.Dispose();
        _target.Dispose();
    }
}
