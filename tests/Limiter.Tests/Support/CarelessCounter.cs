using Appliance.Limiter.Memory;

namespace Limiter.Tests.Support;

/// <summary>
/// Broken on purpose: a counter that begins its new window by a swap, but without claiming the slot first: until the window's end is
/// written too, others find it over still. It exists to show that the litmus test catches windows that begin twice.
/// </summary>
internal sealed class CarelessCounter
{
    private Slot _slot;

    public TakeOutcome Add(ulong cost, ulong limit, ulong until, ulong now)
    {
        while (true)
        {
            ulong word = _slot.ReadWord();
            bool over = word == SlotWord.Unused || Volatile.Read(ref _slot.Until) < now;
            ulong used = over ? 0 : SlotWord.ValueOf(word);
            if (used + cost > limit) return TakeOutcome.Denied;
            if (!_slot.TryMove(word, over ? SlotWord.Counter(1, cost) : word + cost)) continue;
            Gap.Open();
            if (over) Volatile.Write(ref _slot.Until, until);
            return TakeOutcome.Taken;
        }
    }
}
