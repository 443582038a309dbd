using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Memory;

/// <summary>
/// Charges a bucket for what has already been spent, whether it holds that or not: the debt may grow beyond the burst, up to
/// <see cref="TokenBucket.LongestOverdraft"/>.
/// </summary>
internal readonly struct BucketCharge(TokenBucket bucket, ulong cost, ulong now) : ISlotChange
{
    public bool MayBegin => true;

    public ulong Until => 0;

    public ulong Now => now;

    public ulong Begin(long index, ulong incarnation) => now + bucket.OverdrawnBy(0, cost);

    public bool TryApply(ref Slot slot, long index, in SlotIdentity identity, out TakeOutcome outcome)
    {
        outcome = TakeOutcome.Taken;
        while (true)
        {
            ulong word = slot.ReadWord();
            if (!SlotWord.IsBucket(word) || !slot.Holds(identity)) return false;
            if (slot.TryMove(word, now + bucket.OverdrawnBy(bucket.DebtAt(word, now), cost))) return true;
        }
    }
}
