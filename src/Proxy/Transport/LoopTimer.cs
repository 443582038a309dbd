namespace Appliance.Proxy.Transport;

/// <summary>
/// A deadline in a <see cref="TimerWheel"/>. Moving the deadline later is a store: the wheel notices when the old slot comes round and
/// files the timer anew. That makes a timer that is pushed back by every request, as nearly all of ours are, free.
/// </summary>
internal abstract class LoopTimer
{
    /// <summary>Monotonic nanoseconds; <see cref="long.MaxValue"/>: not armed.</summary>
    internal long DeadlineNs { get; set; } = long.MaxValue;

    internal LoopTimer? Next { get; set; }

    internal LoopTimer? Previous { get; set; }

    /// <summary>The wheel's tick under which it is filed; -1: not filed.</summary>
    internal long FiledTick { get; set; } = -1;

    /// <summary>Called once per arming, on the loop, at or after the deadline.</summary>
    internal abstract void OnDeadline(long nowNs);
}
