namespace Appliance.Proxy.Transport;

/// <summary>Lets a loop's buffer pool shrink after a peak, once a second.</summary>
internal sealed class PoolTrimmer(EventLoop loop) : LoopTimer
{
    private const long IntervalNs = 1_000_000_000;

    /// <summary>On the loop, or before it runs.</summary>
    internal void Begin() => loop.Timers.Arm(this, loop.NowNs + IntervalNs);

    /// <inheritdoc/>
    internal override void OnDeadline(long nowNs)
    {
        loop.Buffers.Trim();
        Begin();
    }
}
