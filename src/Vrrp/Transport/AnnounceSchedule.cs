namespace Appliance.Vrrp.Transport;

/// <summary>
/// When the announcements of a takeover go out: five, paced so that a switch or host that dropped one burst hears another, and one
/// more after 5 s for those that were restarting. Pure; times are monotonic nanoseconds.
/// </summary>
internal struct AnnounceSchedule
{
    private const long Ms = 1_000_000;
    private static readonly long[] OffsetsNs = [0, 5 * Ms, 25 * Ms, 100 * Ms, 500 * Ms, 5000 * Ms];
    private long _startNs;
    private int _next;

    public AnnounceSchedule() => _next = OffsetsNs.Length;

    /// <summary>long.MaxValue: nothing more to send.</summary>
    public readonly long NextNs => _next < OffsetsNs.Length ? _startNs + OffsetsNs[_next] : long.MaxValue;

    public void Start(long nowNs)
    {
        _startNs = nowNs;
        _next = 0;
    }

    public void Stop() => _next = OffsetsNs.Length;

    /// <summary>True: one announcement is due. Those missed by a late caller are merged into one.</summary>
    public bool TakeDue(long nowNs)
    {
        if (nowNs < NextNs) return false;
        while (nowNs >= NextNs) _next++;
        return true;
    }
}
