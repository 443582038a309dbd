namespace Appliance.Failover;

/// <summary>
/// Averages an interface's counter of received bytes over whole intervals, while this node is active (ha.md section 5). Pure but for its
/// memory of the interval under way; one caller.
/// </summary>
/// <param name="minimumBitsPerSecond">Less is too little.</param>
/// <param name="intervalNs">Length of an interval in nanoseconds.</param>
internal sealed class BandwidthMeter(long minimumBitsPerSecond, long intervalNs)
{
    private const double NsPerSecond = 1e9;

    private bool _running;
    private long _beganNs;
    private ulong _last;
    private double _received;

    /// <summary>Of the last whole interval, in bits per second; null: none since this node became active.</summary>
    public double? Rate { get; private set; }

    /// <summary>Takes a sample.</summary>
    /// <param name="active">This node carries the traffic.</param>
    /// <param name="bytes">The counter; null: it cannot be read, so nothing is known and the interval begins anew.</param>
    /// <param name="nowNs">Monotonic.</param>
    /// <returns>Whether the interval that has just ended reached the minimum; null: none has ended.</returns>
    public bool? Look(bool active, ulong? bytes, long nowNs)
    {
        if (!active || bytes is not { } now)
        {
            _running = false;
            Rate = null;
            return null;
        }

        if (!_running)
        {
            _running = true;
            Begin(now, nowNs);
            return null;
        }

        // A counter that fell was set to zero or went round: at least what it shows now has come since.
        _received += now >= _last ? now - _last : now;
        _last = now;
        long elapsedNs = nowNs - _beganNs;
        if (elapsedNs < intervalNs) return null;
        Rate = _received * 8 * NsPerSecond / elapsedNs;
        Begin(now, nowNs);
        return Rate >= minimumBitsPerSecond;
    }

    private void Begin(ulong bytes, long nowNs)
    {
        _last = bytes;
        _received = 0;
        _beganNs = nowNs;
    }
}
