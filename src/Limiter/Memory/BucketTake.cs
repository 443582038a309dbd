using Appliance.Limiter.Rules;

namespace Appliance.Limiter.Memory;

/// <summary>Takes from a token bucket, or changes nothing.</summary>
internal struct BucketTake(TokenBucket bucket, ulong cost, ulong now) : ISlotChange
{
    /// <summary>The key's debt: after the take when taken, as found when denied.</summary>
    public ulong Debt;

    public TakenSlot Taken;

    public readonly bool MayBegin => bucket.Covers(0, cost);

    public readonly ulong Until => 0;

    public readonly ulong Now => now;

    public ulong Begin(long index, ulong incarnation)
    {
        Taken = new TakenSlot(index, incarnation, cost);
        Debt = cost;
        return now + cost;
    }

    public bool TryApply(ref Slot slot, long index, in SlotIdentity identity, out TakeOutcome outcome)
    {
        outcome = TakeOutcome.NoSlot;
        while (true)
        {
            ulong word = slot.ReadWord();
            ulong incarnation = slot.Incarnation;
            if (!SlotWord.IsBucket(word) || !slot.Holds(identity)) return false;
            ulong debt = bucket.DebtAt(word, now);
            bool covered = bucket.Covers(debt, cost);
            ulong wanted = covered ? now + debt + cost : now + debt;
            bool cut = !covered && word > wanted;
            // A denial writes nothing, unless it finds a debt of an older definition and must cut it; but it too must have seen the
            // time and the identity of one life.
            if (covered || cut ? !slot.TryMove(word, wanted) : !slot.Confirms(word)) continue;
            Debt = covered ? debt + cost : debt;
            Taken = new TakenSlot(index, incarnation, cost);
            outcome = covered ? TakeOutcome.Taken : TakeOutcome.Denied;
            return true;
        }
    }
}
