namespace TestSupport;

/// <summary>
/// A TimeProvider that stands still until told otherwise. Its tick frequency is deliberately odd, so that code which takes
/// timestamps for 100 ns ticks fails in tests. Timers fire inside <see cref="Advance"/>, in order of their due time.
/// </summary>
public sealed class VirtualClock : TimeProvider
{
    private readonly List<VirtualTimer> _timers = [];
    private long _nowNs = 1_000_000_007;
    private DateTimeOffset _utc = new(2026, 2, 3, 14, 30, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => 333_000_333;

    /// <summary>Monotonic time in nanoseconds.</summary>
    public long NowNs => _nowNs;

    /// <inheritdoc/>
    public override long GetTimestamp() => (long)((Int128)_nowNs * TimestampFrequency / 1_000_000_000);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _utc;

    /// <summary>Steps the wall clock without moving the monotonic one, as an administrator or NTP does.</summary>
    public void StepWallClock(TimeSpan by) => _utc += by;

    /// <summary>Moves both clocks forward and fires the timers that come due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        long end = _nowNs + (long)(by.TotalMilliseconds * 1_000_000);
        while (_timers.Where(t => t.DueNs <= end).MinBy(t => t.DueNs) is { } next)
        {
            MoveTo(Math.Max(_nowNs, next.DueNs));
            next.Fire();
        }

        MoveTo(end);
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void MoveTo(long ns)
    {
        _utc += TimeSpan.FromMicroseconds((ns - _nowNs) / 1000.0);
        _nowNs = ns;
    }

    private sealed class VirtualTimer(VirtualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _periodNs = -1;

        public long DueNs { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock._timers.Remove(this);
            _periodNs = period < TimeSpan.Zero ? -1 : (long)(period.TotalMilliseconds * 1_000_000);
            if (dueTime >= TimeSpan.Zero)
            {
                DueNs = clock._nowNs + (long)(dueTime.TotalMilliseconds * 1_000_000);
                clock._timers.Add(this);
            }

            return true;
        }

        public void Fire()
        {
            if (_periodNs > 0) DueNs += _periodNs;
            else clock._timers.Remove(this);
            callback(state);
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
