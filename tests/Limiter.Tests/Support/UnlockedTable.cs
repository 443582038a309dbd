using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;

namespace Limiter.Tests.Support;

/// <summary>
/// Broken on purpose: the table's protocol without the home lock, and with a choice of slot that a free slot appearing nearer home can
/// change, as reclaiming does. Two threads that meet a new key at the same time may each claim a slot for it. It exists to show that
/// the litmus test catches that.
/// </summary>
internal sealed class UnlockedTable
{
    private readonly Slot[] _slots = new Slot[4];

    public TakeOutcome Take(in SlotIdentity identity, TokenBucket bucket, ulong now)
    {
        var take = new BucketTake(bucket, bucket.TokenUnits, now);
        for (int i = 0; i < _slots.Length; i++)
        {
            while (_slots[i].Holds(identity))
            {
                if (take.TryApply(ref _slots[i], i, identity, out TakeOutcome outcome)) return outcome;
            }
        }

        for (int i = 0; i < _slots.Length; i++)
        {
            Gap.Open();
            ref Slot slot = ref _slots[i];
            ulong word = slot.ReadWord();
            if (!SlotWord.IsFree(word, slot.Until, now) || !slot.TryMove(word, SlotWord.Claimed)) continue;
            slot.Publish(identity, ref take, i);
            return TakeOutcome.Taken;
        }

        return TakeOutcome.NoSlot;
    }
}
