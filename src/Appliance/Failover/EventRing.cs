using System.Collections.Immutable;

namespace Appliance.Failover;

/// <summary>
/// The last events of this run, for readers that follow them: each has a number, and a reader asks for what comes after the last one it has
/// seen. Readers wait without a thread; their number is bounded. Thread-safe.
/// </summary>
/// <param name="time">Clock of the waits.</param>
internal sealed class EventRing(TimeProvider time) : IDisposable
{
    /// <summary>Events kept; a reader that falls further behind misses some and sees it by the numbers.</summary>
    public const int Capacity = 512;

    /// <summary>Readers that may wait at once.</summary>
    public const int MaximumReaders = 32;

    private readonly Lock _gate = new();
    private readonly Queue<HaEvent> _events = new();
    private readonly CancellationTokenSource _disposed = new();
    private TaskCompletionSource _news = NewSource();
    private long _last;
    private int _readers;

    /// <summary>Number of the newest event; 0: none yet.</summary>
    public long Last
    {
        get
        {
            lock (_gate) return _last;
        }
    }

    /// <param name="event">Its number is given here.</param>
    public void Add(HaEvent @event)
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            _events.Enqueue(@event with { Sequence = ++_last });
            if (_events.Count > Capacity) _events.Dequeue();
            told = _news;
            _news = NewSource();
        }

        told.TrySetResult();
    }

    /// <summary>What came after a number, oldest first; waits for the first when there is nothing.</summary>
    /// <param name="after">0: everything kept. One that was never given, as by an earlier run: likewise.</param>
    /// <param name="limit">How long to wait.</param>
    /// <returns>Empty: nothing came. Null: too many wait already.</returns>
    public async Task<ImmutableArray<HaEvent>?> ReadAsync(long after, TimeSpan limit)
    {
        Task news;
        lock (_gate)
        {
            ImmutableArray<HaEvent> now = After(after);
            if (!now.IsEmpty || limit == TimeSpan.Zero || _disposed.IsCancellationRequested) return now;
            if (_readers == MaximumReaders) return null;
            _readers++;
            news = _news.Task;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        await Task.WhenAny(news, Task.Delay(limit, time, ends.Token)).ConfigureAwait(false);
        await ends.CancelAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _readers--;
            return After(after);
        }
    }

    /// <summary>Readers that wait get what there is.</summary>
    public void Dispose() => _disposed.Cancel();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ImmutableArray<HaEvent> After(long number) => [.. _events.Where(e => e.Sequence > number || number > _last)];
}
