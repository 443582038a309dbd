using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Appliance.Journal;

/// <summary>
/// Takes events from any thread without waiting and hands them to a slow sink on a thread of its own. A full queue drops the event and
/// counts it: a journal that stalls must not stall an event loop or the heartbeat.
/// </summary>
internal sealed class BackgroundSink : ILogEventSink, IDisposable
{
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(2);
    private static readonly MessageTemplate DroppedTemplate = new MessageTemplateParser().Parse("{Count} log entries were dropped: the output is too slow");

    private readonly Channel<LogEvent> _queue;
    private readonly ILogEventSink _target;
    private readonly Thread _thread;
    private long _dropped;
    private long _reported;

    public BackgroundSink(ILogEventSink target, int capacity)
    {
        _target = target;
        _queue = Channel.CreateBounded<LogEvent>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _thread = new Thread(Drain) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Events lost since start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Emit(LogEvent logEvent)
    {
        if (!_queue.Writer.TryWrite(logEvent)) Interlocked.Increment(ref _dropped);
    }

    /// <summary>Writes what is queued, for two seconds at most.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _thread.Join(FlushLimit);
    }

    private void Drain()
    {
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_queue.Reader.TryRead(out LogEvent? logEvent)) _target.Emit(logEvent);
            ReportDropped();
        }

        ReportDropped();
    }

    private void ReportDropped()
    {
        long dropped = Dropped;
        if (dropped == _reported) return;
        var count = new LogEventProperty("Count", new ScalarValue(dropped - _reported));
        _reported = dropped;
        _target.Emit(new LogEvent(DateTimeOffset.Now, LogEventLevel.Warning, null, DroppedTemplate, [count]));
    }
}
