namespace Appliance.Limiter.Memory;

/// <summary>Counts one more in flight, unless as many as allowed are. Given back when it ends; while any is in flight the slot stays.</summary>
/// <param name="limit">At most <see cref="SlotWord.MaxGauge"/>.</param>
/// <param name="now">Units.</param>
internal struct GaugeEnter(ulong limit, ulong now) : ISlotChange
{
    /// <summary>In flight: with this one when taken, without it when denied.</summary>
    public ulong Count;

    public TakenSlot Taken;

    public readonly bool MayBegin => limit > 0;

    /// <summary>The birth: no life of a slot may begin before the one that it follows.</summary>
    public readonly ulong Until => now;

    public readonly ulong Now => now;

    public ulong Begin(long index, ulong incarnation)
    {
        Taken = new TakenSlot(index, incarnation, 1);
        Count = 1;
        return SlotWord.Gauge(incarnation, 1);
    }

    public bool TryApply(ref Slot slot, long index, in SlotIdentity identity, out TakeOutcome outcome)
    {
        outcome = TakeOutcome.Denied;
        while (true)
        {
            ulong word = slot.ReadWord();
            ulong incarnation = slot.Incarnation;
            if (!SlotWord.IsGauge(word) || !slot.Holds(identity)) return false;
            Count = SlotWord.ValueOf(word);
            if (Count >= limit)
            {
                if (slot.Confirms(word)) return true;
                continue;
            }

            if (!slot.TryMove(word, word + 1)) continue;
            Count++;
            Taken = new TakenSlot(index, incarnation, 1);
            outcome = TakeOutcome.Taken;
            return true;
        }
    }
}
