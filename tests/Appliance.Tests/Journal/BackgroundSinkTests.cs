using Appliance.Journal;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace Appliance.Tests.Journal;

public sealed class BackgroundSinkTests
{
    private static readonly MessageTemplate Template = new MessageTemplateParser().Parse("event");

    [Fact]
    public void AStalledOutputNeverHoldsUpTheCallerAndDropsAreCounted()
    {
        using var stalled = new StalledSink();
        using var sink = new BackgroundSink(stalled, capacity: 4);
        sink.Emit(Event());
        stalled.WaitUntilEntered();

        for (int count = 0; count < 10; count++) sink.Emit(Event()); // would hang here if Emit waited
        Assert.Equal(6, sink.Dropped);

        stalled.Release();
        sink.Dispose();
        Assert.Equal(5, stalled.Written.Count(text => text == "event"));
        Assert.Contains("6 log entries were dropped: the output is too slow", stalled.Written);
    }

    [Fact]
    public void DisposingWritesWhatIsQueued()
    {
        using var output = new StalledSink();
        output.Release();
        using (var sink = new BackgroundSink(output, capacity: 100))
        {
            for (int count = 0; count < 50; count++) sink.Emit(Event());
        }

        Assert.Equal(50, output.Written.Count);
    }

    private static LogEvent Event() => new(DateTimeOffset.UnixEpoch, LogEventLevel.Information, null, Template, []);

    private sealed class StalledSink : ILogEventSink, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();
        private readonly ManualResetEventSlim _entered = new();

        public List<string> Written { get; } = [];

        public void Emit(LogEvent logEvent)
        {
            _entered.Set();
            Assert.True(_released.Wait(TimeSpan.FromSeconds(20)));
            Written.Add(logEvent.RenderMessage());
        }

        public void WaitUntilEntered() => Assert.True(_entered.Wait(TimeSpan.FromSeconds(20)));

        public void Release() => _released.Set();

        public void Dispose()
        {
            _released.Dispose();
            _entered.Dispose();
        }
    }
}
