namespace Appliance.Limiter.Memory;

/// <summary>Begins a new life of a counter with a given value, whatever was there: last writer wins.</summary>
internal readonly struct CounterSet(ulong value, ulong until, ulong now) : ISlotChange
{
    public bool MayBegin => true;

    public ulong Until => until;

    public ulong Now => now;

    public ulong Begin(long index, ulong incarnation) => SlotWord.Counter(incarnation, value);

    public bool TryApply(ref Slot slot, long index, in SlotIdentity identity, out TakeOutcome outcome)
    {
        outcome = TakeOutcome.Taken;
        while (true)
        {
            ulong word = slot.ReadWord();
            if (!SlotWord.IsCounter(word) || !slot.Holds(identity)) return false;
            if (!slot.TryMove(word, SlotWord.Claimed)) continue;
            CounterSet change = this;
            slot.Renew(ref change, index);
            return true;
        }
    }
}
