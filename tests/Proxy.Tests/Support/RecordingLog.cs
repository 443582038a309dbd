using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Proxy.Tests.Support;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLog : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, int Id, string Text)> _entries = new();

    public IEnumerable<(LogLevel Level, int Id, string Text)> Entries => _entries;

    public bool Has(int id) => _entries.Any(entry => entry.Id == id);

    /// <summary>Waits for an entry: what a test sees first, a state or an answer, may come before the line about it.</summary>
    public Task ExpectAsync(int id, string what) => Deadline.Until(() => Has(id), $"event {id}: {what}");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((logLevel, eventId.Id, $"{formatter(state, exception)} {exception}"));
}
