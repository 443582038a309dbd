namespace Appliance.Vrrp.State;

/// <summary>The timers of RFC 9568 section 6.1 in nanoseconds, with the threshold in place of the RFC's 3.</summary>
internal static class ElectionTiming
{
    /// <summary>Skew_Time: ((256 - priority) x interval) / 256. The higher priority wakes first.</summary>
    public static long SkewNs(int priority, long intervalNs) => (256 - priority) * intervalNs / 256;

    /// <summary>Active_Down_Interval: threshold x interval + skew.</summary>
    public static long DownNs(int threshold, int priority, long intervalNs) => threshold * intervalNs + SkewNs(priority, intervalNs);
}
