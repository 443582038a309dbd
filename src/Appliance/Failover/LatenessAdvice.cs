using System.Globalization;

namespace Appliance.Failover;

/// <summary>Says when peer_check_interval is shorter than this machine's punctuality allows (ha.md section 4). Pure.</summary>
internal static class LatenessAdvice
{
    private const int StepMs = 10;

    /// <summary>
    /// The peer waits threshold x interval. When one heartbeat was later than half of that, the other half is all that is left for everything
    /// else that delays a packet, and a false failover is near.
    /// </summary>
    /// <param name="worst">Worst lateness of the last hour.</param>
    /// <param name="interval">peer_check_interval.</param>
    /// <param name="threshold">peer_failure_threshold.</param>
    /// <returns>Null: all is well.</returns>
    public static string? Of(TimeSpan worst, TimeSpan interval, int threshold)
    {
        if (worst * 2 <= interval * threshold) return null;
        double neededMs = Math.Ceiling(worst.TotalMilliseconds * 2 / threshold / StepMs) * StepMs;
        return string.Create(CultureInfo.InvariantCulture,
            $"a heartbeat of the last hour was {worst.TotalMilliseconds:0.#} ms late, and the peer waits only {(interval * threshold).TotalMilliseconds:0} ms; set ha.peer_check_interval to {neededMs:0}ms or more, or find what holds this machine up");
    }
}
