namespace Appliance.Proxy.Transport;

/// <summary>
/// Hashed timer wheel of one loop: arming, re-arming and cancelling are O(1) and allocate nothing. A tick is 2^24 ns (16.8 ms), the wheel
/// goes round in 17 s; later deadlines wait in the farthest slot and are filed anew when it comes round.
/// </summary>
internal sealed class TimerWheel
{
    private const int TickShift = 24;
    private const int Slots = 1024;

    private readonly LoopTimer?[] _slots = new LoopTimer?[Slots];
    private readonly Action<Exception> _onFault;
    private long _currentTick;

    /// <summary>Makes an empty wheel.</summary>
    /// <param name="nowNs">Monotonic time.</param>
    /// <param name="onFault">Told of a callback that throws; the others of its tick must not be lost with it.</param>
    internal TimerWheel(long nowNs, Action<Exception> onFault)
    {
        _currentTick = nowNs >> TickShift;
        _onFault = onFault;
    }

    /// <summary>Number of timers filed.</summary>
    internal int Count { get; private set; }

    /// <summary>Sets the deadline; earlier or later than the one before.</summary>
    internal void Arm(LoopTimer timer, long deadlineNs)
    {
        timer.DeadlineNs = deadlineNs;
        long tick = TickFor(deadlineNs);
        if (timer.FiledTick >= 0)
        {
            if (timer.FiledTick <= tick) return;
            Unlink(timer);
        }

        Link(timer, tick);
    }

    /// <summary>Takes the timer out of the wheel; it may be armed again.</summary>
    internal void Cancel(LoopTimer timer)
    {
        timer.DeadlineNs = long.MaxValue;
        if (timer.FiledTick >= 0) Unlink(timer);
    }

    /// <summary>Fires what is due. A timer may arm or cancel itself and others from its callback.</summary>
    internal void Advance(long nowNs)
    {
        long target = nowNs >> TickShift;
        // After a pause longer than a turn of the wheel each slot needs to be looked at only once.
        if (target - _currentTick > Slots) _currentTick = target - Slots;
        while (_currentTick < target)
        {
            _currentTick++;
            Visit((int)(_currentTick & (Slots - 1)), nowNs);
        }
    }

    private void Visit(int slot, long nowNs)
    {
        LoopTimer? list = _slots[slot];
        if (list is null) return;
        // The list is detached first: what a callback files into this very slot waits for the next turn.
        _slots[slot] = null;
        for (LoopTimer? timer = list; timer is not null; timer = timer.Next) timer.FiledTick = _currentTick;
        while (list is not null)
        {
            LoopTimer timer = list;
            _detached = list = timer.Next;
            if (list is not null) list.Previous = null;
            timer.Next = null;
            timer.FiledTick = -1;
            Count--;
            if (timer.DeadlineNs <= nowNs)
            {
                timer.DeadlineNs = long.MaxValue;
                Fire(timer, nowNs);
            }
            else if (timer.DeadlineNs != long.MaxValue)
            {
                Link(timer, TickFor(timer.DeadlineNs));
            }

            list = _detached;
        }
    }

    private void Fire(LoopTimer timer, long nowNs)
    {
        try
        {
            timer.OnDeadline(nowNs);
        }
        catch (Exception error)
        {
            _onFault(error);
        }
    }

    /// <summary>Head of the list that <see cref="Visit"/> works through: a callback may cancel the timer that is next in it.</summary>
    private LoopTimer? _detached;

    /// <summary>The first tick that ends after the deadline, within the wheel's reach.</summary>
    private long TickFor(long deadlineNs) =>
        Math.Clamp((deadlineNs >> TickShift) + 1, _currentTick + 1, _currentTick + Slots - 1);

    private void Link(LoopTimer timer, long tick)
    {
        ref LoopTimer? head = ref _slots[tick & (Slots - 1)];
        timer.FiledTick = tick;
        timer.Previous = null;
        timer.Next = head;
        if (head is not null) head.Previous = timer;
        head = timer;
        Count++;
    }

    private void Unlink(LoopTimer timer)
    {
        if (timer.Previous is not null) timer.Previous.Next = timer.Next;
        else if (ReferenceEquals(_detached, timer)) _detached = timer.Next;
        else _slots[timer.FiledTick & (Slots - 1)] = timer.Next;
        if (timer.Next is not null) timer.Next.Previous = timer.Previous;
        timer.Next = timer.Previous = null;
        timer.FiledTick = -1;
        Count--;
    }
}
