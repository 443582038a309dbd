using Appliance.Proxy.Configuration;

namespace Appliance.Proxy.Health;

/// <summary>What one more result means. Pure.</summary>
internal static class HealthVerdict
{
    private const double JitterShare = 0.1;

    /// <summary>The record after a check: a change needs a row of results that speak for it, but the very first result decides alone.</summary>
    /// <param name="settings">Thresholds.</param>
    /// <param name="before">The record before it.</param>
    /// <param name="failure">Why it failed; null: it passed.</param>
    /// <param name="now">The time, for <see cref="HealthRecord.Since"/>.</param>
    internal static HealthRecord After(HealthCheckSettings settings, HealthRecord before, string? failure, DateTimeOffset now)
    {
        bool passed = failure is null;
        HealthRecord next = before with
        {
            Good = before.Good + (passed ? 1 : 0),
            Failed = before.Failed + (passed ? 0 : 1),
            LastFailure = failure,
            Row = passed == before.Up ? 0 : before.Row + 1,
        };
        int needed = before.IsUnchecked ? 1 : before.Up ? settings.UnhealthyAfter : settings.HealthyAfter;
        return next.Row < needed || next.Row == 0 ? next : next with { Up = passed, Row = 0, Since = now };
    }

    /// <summary>Time from the beginning of one check to that of the next, moved by up to a tenth.</summary>
    /// <param name="interval">As configured.</param>
    /// <param name="drawn">Random, 0 .. 1.</param>
    internal static long DelayNs(TimeSpan interval, double drawn) => (long)(interval.Ticks * 100 * (1 + JitterShare * (2 * drawn - 1)));
}
