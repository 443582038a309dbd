namespace Appliance.Limiter.Rules;

/// <summary>One window of a budget, in Unix seconds.</summary>
/// <param name="Start">Its first second.</param>
/// <param name="End">The first second after it.</param>
internal readonly record struct BudgetWindow(long Start, long End)
{
    private const long DaySeconds = 86_400;

    /// <summary>
    /// 1970-01-04, a Sunday. Part B section 2.2 calls the day a Monday, but its formula and its check values begin weeks here, and a
    /// budget must begin when it began before.
    /// </summary>
    private const long FirstWeek = 3 * DaySeconds;

    /// <summary>The end of November 9999: the last month with a next one that the calendar can name.</summary>
    private const long LastSecond = 253_399_622_399;

    /// <summary>The window that a moment falls into (part B section 2.2). Pure; a moment outside the years 1970 to 9999 is moved to their edge.</summary>
    public static BudgetWindow At(BudgetPeriod period, long unixSeconds)
    {
        long now = Math.Clamp(unixSeconds, 0, LastSecond);
        return period switch
        {
            BudgetPeriod.FiveMinutes => Aligned(now, 300, 0),
            BudgetPeriod.Hour => Aligned(now, 3600, 0),
            BudgetPeriod.Day => Aligned(now, DaySeconds, 0),
            BudgetPeriod.Week => Aligned(now, 7 * DaySeconds, FirstWeek),
            _ => MonthOf(now),
        };
    }

    private static BudgetWindow Aligned(long now, long length, long origin)
    {
        // One length is added first, since the first days of 1970 belong to the week that began in 1969.
        long start = ((now - origin + length) / length - 1) * length + origin;
        return new BudgetWindow(start, start + length);
    }

    private static BudgetWindow MonthOf(long now)
    {
        DateTime moment = DateTime.UnixEpoch.AddSeconds(now);
        var first = new DateTime(moment.Year, moment.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        return new BudgetWindow(SecondsOf(first), SecondsOf(first.AddMonths(1)));
    }

    private static long SecondsOf(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
}
