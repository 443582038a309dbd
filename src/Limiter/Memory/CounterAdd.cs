namespace Appliance.Limiter.Memory;

/// <summary>Adds to a counter within its window unless that would exceed a limit. A counter whose window is over begins anew.</summary>
/// <param name="cost">Quanta, above 0.</param>
/// <param name="limit">Quanta, at most <see cref="SlotWord.MaxCounter"/>.</param>
/// <param name="until">When the window is over, if it begins now; units.</param>
/// <param name="now">Units.</param>
internal struct CounterAdd(ulong cost, ulong limit, ulong until, ulong now) : ISlotChange
{
    /// <summary>What is used: with this request when taken, without it when denied.</summary>
    public ulong Used;

    /// <summary>When the key's window is over.</summary>
    public ulong Ends;

    public TakenSlot Taken;

    public readonly bool MayBegin => cost <= limit;

    public readonly ulong Until => until;

    public readonly ulong Now => now;

    public ulong Begin(long index, ulong incarnation)
    {
        Taken = new TakenSlot(index, incarnation, cost);
        Used = cost;
        Ends = until;
        return SlotWord.Counter(incarnation, cost);
    }

    public bool TryApply(ref Slot slot, long index, in SlotIdentity identity, out TakeOutcome outcome)
    {
        outcome = TakeOutcome.Denied;
        while (true)
        {
            ulong word = slot.ReadWord();
            ulong incarnation = slot.Incarnation;
            Ends = slot.Until;
            if (!SlotWord.IsCounter(word) || !slot.Holds(identity)) return false;
            bool over = SlotWord.IsFree(word, Ends, now);
            Used = over ? 0 : SlotWord.ValueOf(word);
            if (cost > limit || Used > limit - cost)
            {
                if (slot.Confirms(word)) return true;
                continue;
            }

            if (!slot.TryMove(word, over ? SlotWord.Claimed : word + cost)) continue;
            outcome = TakeOutcome.Taken;
            if (over)
            {
                slot.Renew(ref this, index);
                return true;
            }

            Taken = new TakenSlot(index, incarnation, cost);
            Used += cost;
            return true;
        }
    }
}
