namespace Probe;

/// <summary>Starts one attempt per tick on absolute deadlines, whatever became of the ones before.</summary>
internal sealed class ProbeRun(ProbeOptions options)
{
    private const int MaximumUnderWay = 2000;
    private const double MaximumSettleMs = 10_000;

    private int _underWay;

    /// <summary>Blocks for the length of the run; returns the report.</summary>
    public string Run(CancellationToken stop)
    {
        var clock = new ProbeClock();
        var tally = new Tally(options.Warmup.TotalMilliseconds);
        tally.Ready += () => Console.WriteLine("ready");
        using var pool = new ConnectionPool(options);
        var attempt = new Attempt(options, tally, clock, pool);
        double intervalMs = options.Interval.TotalMilliseconds;
        double dueMs = 0;
        var end = new SettledEnd(options.Settle.TotalMilliseconds / intervalMs, MaximumSettleMs);
        while (dueMs < options.Duration.TotalMilliseconds && !(stop.IsCancellationRequested && end.Reached(clock.NowMs, tally.Answers)))
        {
            Thread.Sleep(TimeSpan.FromMilliseconds(Math.Max(0, dueMs - clock.NowMs)));
            double lateMs = clock.NowMs - dueMs;
            if (dueMs > options.Warmup.TotalMilliseconds) tally.Late(lateMs);
            if (Volatile.Read(ref _underWay) >= MaximumUnderWay) tally.Skip();
            else Start(attempt);

            // Ticks that were slept through are not made up for: a burst would measure the burst.
            dueMs += intervalMs * Math.Max(1, Math.Floor(lateMs / intervalMs));
        }

        double endMs = clock.NowMs;
        SpinWait.SpinUntil(() => Volatile.Read(ref _underWay) == 0, options.Timeout + TimeSpan.FromSeconds(1));
        return tally.Report(endMs);
    }

    private void Start(Attempt attempt)
    {
        Interlocked.Increment(ref _underWay);
        ThreadPool.UnsafeQueueUserWorkItem(
            async _ =>
            {
                await attempt.RunAsync();
                Interlocked.Decrement(ref _underWay);
            },
            null);
    }
}
