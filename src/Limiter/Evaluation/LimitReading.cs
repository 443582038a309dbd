using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// The state of a limit as it was read, kept raw: only the tightest of a request's limits is ever turned into numbers for people.
/// </summary>
internal struct LimitReading
{
    /// <summary>What is left of the limit: 1 = all, 0 = nothing.</summary>
    public double Share;

    private object? _limit;
    private ulong _used;
    private int _seconds;
    private int _windowSeconds;

    /// <summary>False when nothing was read.</summary>
    public readonly bool IsKnown => _limit is not null;

    public static LimitReading Of(TokenBucket bucket, ulong debt) => new()
    {
        Share = 1 - (double)debt / bucket.BurstUnits,
        _limit = bucket,
        _used = debt,
    };

    /// <param name="budget">The budget.</param>
    /// <param name="used">Quanta.</param>
    /// <param name="window">The window in force.</param>
    /// <param name="time">Now.</param>
    public static LimitReading Of(PeriodBudget budget, ulong used, BudgetWindow window, in EvaluationTime time) => new()
    {
        Share = 1 - (double)used / budget.Quanta,
        _limit = budget,
        _used = used,
        _seconds = time.SecondsUntil(window.End),
        _windowSeconds = (int)(window.End - window.Start),
    };

    public static LimitReading Of(ConcurrencyLimit concurrency, ulong inFlight) => new()
    {
        Share = 1 - (double)inFlight / concurrency.Limit,
        _limit = concurrency,
        _used = inFlight,
    };

    public readonly long Limit => _limit switch
    {
        TokenBucket bucket => bucket.Limit,
        PeriodBudget budget => budget.Limit,
        ConcurrencyLimit concurrency => concurrency.Limit,
        _ => 0,
    };

    /// <summary>What is left, in whole tokens or requests.</summary>
    public readonly long Remaining => _limit switch
    {
        TokenBucket bucket => bucket.RemainingAt(_used),
        PeriodBudget budget => budget.RemainingAt(_used),
        ConcurrencyLimit concurrency => Math.Max(concurrency.Limit - (long)_used, 0),
        _ => 0,
    };

    /// <summary>Seconds, at least 1, until all of it is there again; for concurrency nobody knows, and what rejected clients are told is said.</summary>
    public readonly int ResetSeconds => _limit switch
    {
        TokenBucket => TimeUnits.ToSecondsAtLeastOne(_used),
        ConcurrencyLimit concurrency => concurrency.RetryAfterSeconds,
        _ => Math.Max(_seconds, 1),
    };

    /// <summary>Seconds, at least 1.</summary>
    public readonly int WindowSeconds => _limit is TokenBucket bucket ? bucket.WindowSeconds : Math.Max(_windowSeconds, 1);

    /// <summary>Of a reject only a budget tells what is left, for smaller requests; of a bucket 0 is said (part B section 2.1).</summary>
    public readonly long RemainingWhenRejected => _limit is PeriodBudget ? Remaining : 0;
}
