using System.Globalization;

namespace Appliance.Systemd;

/// <summary>How often systemd wants to hear from us (sd_watchdog_enabled(3)).</summary>
internal static class WatchdogSettings
{
    /// <summary>
    /// Half of WATCHDOG_USEC, as systemd advises, or null when no watchdog is set or it is meant for another process (WATCHDOG_PID).
    /// </summary>
    public static TimeSpan? PingInterval(Func<string, string?> environment, int processId)
    {
        if (!long.TryParse(environment("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out long usec)) return null;
        if (usec is <= 0 or > long.MaxValue / 20) return null;
        string? pid = environment("WATCHDOG_PID");
        if (!string.IsNullOrEmpty(pid) && pid != processId.ToString(CultureInfo.InvariantCulture)) return null;
        return TimeSpan.FromTicks(usec * 10 / 2);
    }
}
