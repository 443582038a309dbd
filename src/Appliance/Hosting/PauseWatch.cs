namespace Appliance.Hosting;

/// <summary>
/// Remembers the longest stop of the garbage collector: the heartbeat thread stops with it (ha.md section 4). The runtime only tells of
/// the last collection of each kind, so it is asked often; one caller, any reader.
/// </summary>
internal sealed class PauseWatch
{
    private long _longestTicks;
    private TimeSpan _seenTotal;

    public TimeSpan Longest => TimeSpan.FromTicks(Interlocked.Read(ref _longestTicks));

    public void Look()
    {
        TimeSpan total = GC.GetTotalPauseDuration();
        if (total == _seenTotal) return;
        _seenTotal = total;
        foreach (GCKind kind in (ReadOnlySpan<GCKind>)[GCKind.Ephemeral, GCKind.Background, GCKind.FullBlocking])
        {
            foreach (TimeSpan pause in GC.GetGCMemoryInfo(kind).PauseDurations)
            {
                if (pause.Ticks > Interlocked.Read(ref _longestTicks)) Interlocked.Exchange(ref _longestTicks, pause.Ticks);
            }
        }
    }
}
