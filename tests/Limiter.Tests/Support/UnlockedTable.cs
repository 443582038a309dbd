using Appliance.Limiter.Memory;

namespace Limiter.Tests.Support;

/// <summary>
/// Broken on purpose: the table's protocol without the home lock, and with a choice of slot that a free slot appearing nearer home can
/// change, as reclaiming does. Two threads that meet a new key at the same time may each claim a slot for it. It exists to show that
/// the litmus test catches that.
/// </summary>
internal sealed class UnlockedTable
{
    private readonly Slot[] _slots = new Slot[4];

    public TakeOutcome Take(in SlotIdentity identity, ulong cost, ulong burst, ulong now)
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            ref Slot slot = ref _slots[i];
            while (slot.Holds(identity))
            {
                ulong fullAt = slot.ReadFullAt();
                if ((fullAt & Slot.ClaimedBit) != 0) continue;
                ulong next = Math.Max(fullAt, now) + cost;
                if (next - now > burst) return TakeOutcome.Denied;
                if (slot.TryMoveFullAt(fullAt, next)) return TakeOutcome.Taken;
            }
        }

        for (int i = 0; i < _slots.Length; i++)
        {
            ref Slot slot = ref _slots[i];
            ulong fullAt = slot.ReadFullAt();
            if (!Slot.IsFree(fullAt, now) || !slot.TryMoveFullAt(fullAt, Slot.ClaimedBit)) continue;
            slot.Publish(identity, now + cost);
            return TakeOutcome.Taken;
        }

        return TakeOutcome.NoSlot;
    }
}
