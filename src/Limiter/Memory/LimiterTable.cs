// Invariants
// - Ownership: the block is the table's; no pointer into it leaves this file.
// - Bounds: a home index is below _homeCount (HomeOf), and _homeCount + ProbeLimit - 1 slots exist, so probing needs no wrap.
// - Lifetime: no call may run during or after Dispose (the daemon stops its lanes first).
// - Progress: takes on known keys are lock-free; a key's first claim holds its home lock for a handful of stores; every loop is bounded
//   and ends in NoSlot.
// - Threads: any number.
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Appliance.Limiter.Hashing;
using Appliance.Limiter.Memory;
using Appliance.Limiter.Rules;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Limiter;

/// <summary>
/// The pinned table that holds every bucket: fixed size, outside the garbage collector's heap, in a memory file. Open addressing with
/// at most <see cref="ProbeLimit"/> probes; a slot is given to another key only when forgetting it changes no answer. The design and
/// its proof are in docs/design/0001-limiter-table.md.
/// </summary>
public sealed unsafe class LimiterTable : IDisposable
{
    internal const int ProbeLimit = 32;
    private const int LeastSlots = 64;
    /// <summary>
    /// About 50 ms of yielding: a holder that lost its processor, even a virtual one to the host, has it back by then. Only a machine that
    /// stands still longer gets <see cref="TakeOutcome.NoSlot"/> for a key that has room.
    /// </summary>
    private const int ClaimAttempts = 100_000;
    private const int AttemptsBeforeYield = 32;

    private readonly PinnedBlock _block;
    private readonly Slot* _slots;
    private readonly TableStripe* _stripes;
    private readonly long _homeCount;

    private LimiterTable(PinnedBlock block, long slotCount, ulong hashSeed)
    {
        _block = block;
        _homeCount = slotCount - ProbeLimit + 1;
        HashSeed = hashSeed;
        // SAFETY: the block is at least header page + slotCount slots long (Create); both offsets are multiples of 64.
        _slots = (Slot*)(block.Base + TableHeader.Bytes);
        _stripes = (TableStripe*)(block.Base + TableHeader.StripesOffset);
    }

    /// <summary>The memory file; owned by the table, closed by <see cref="Dispose"/>.</summary>
    public SafeFileHandle Memfd => _block.Memfd;

    internal ulong HashSeed { get; }

    internal long SlotCount => _homeCount + ProbeLimit - 1;

    /// <summary>Creates an empty table, every page present.</summary>
    /// <param name="memoryBytes">Size in bytes, rounded down to whole slots of 64 bytes beside one header page.</param>
    /// <param name="hashSeed">Random seed of the key hash, the same on both nodes of a pair.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 8 KiB.</exception>
    /// <exception cref="IOException">The kernel refuses the memory.</exception>
    public static LimiterTable Create(long memoryBytes, ulong hashSeed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(memoryBytes, TableHeader.Bytes + LeastSlots * Slot.Bytes);
        AssertLayout();
        long slotCount = (memoryBytes - TableHeader.Bytes) / Slot.Bytes;
        PinnedBlock block = PinnedBlock.Create(TableHeader.Bytes + slotCount * Slot.Bytes);
        var table = new LimiterTable(block, slotCount, hashSeed);
        // SAFETY: the header page is the start of the block, which nobody else has seen yet.
        *(TableHeader*)block.Base = new TableHeader
        {
            Magic = TableHeader.MagicValue,
            LayoutVersion = TableHeader.CurrentLayoutVersion,
            SlotBytes = Slot.Bytes,
            SlotCount = slotCount,
            ProbeLimit = ProbeLimit,
            UnitsPerNanosecond = TimeUnits.PerNanosecond,
            HashSeedMark = XxHash64.DigestOf("limiter table seed"u8, hashSeed),
        };
        return table;
    }

    /// <summary>Figures for status and metrics. Thread-safe; sums 16 lines.</summary>
    public LimiterTableStatus GetStatus()
    {
        long used = 0, evicted = 0, full = 0;
        for (int i = 0; i < TableHeader.StripeCount; i++)
        {
            // SAFETY: i is below StripeCount; the stripes end inside the header page (AssertLayout).
            TableStripe* stripe = _stripes + i;
            used += Volatile.Read(ref stripe->Used);
            evicted += Volatile.Read(ref stripe->Evicted);
            full += Volatile.Read(ref stripe->TableFull);
        }

        return new LimiterTableStatus(_block.Bytes, SlotCount, used, evicted, full, _block.Locked);
    }

    /// <summary>Unmaps the block and closes the file. No decision may be running or follow.</summary>
    public void Dispose() => _block.Dispose();

    /// <summary>Starts loading the first slot of a key, so that work between this call and the take hides part of the wait.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prefetch(ulong identityHigh)
    {
        // SAFETY: a prefetch never faults, and HomeOf stays in bounds all the same.
        if (Sse.IsSupported) Sse.Prefetch0(_slots + HomeOf(identityHigh));
    }

    /// <summary>Takes <paramref name="cost"/> from the bucket of a key, or changes nothing. Lock-free for a key that has a slot.</summary>
    /// <param name="identity">The key.</param>
    /// <param name="bucket">The rule's arithmetic.</param>
    /// <param name="cost">Units, above 0.</param>
    /// <param name="now">Units.</param>
    /// <param name="debt">The key's debt: after the take when taken, as found when denied.</param>
    /// <param name="taken">For <see cref="GiveBack"/>; valid when taken.</param>
    internal TakeOutcome Take(in SlotIdentity identity, TokenBucket bucket, ulong cost, ulong now, out ulong debt, out TakenSlot taken)
    {
        long index = Find(identity);
        if (index >= 0 && TryTakeAt(index, identity, bucket, cost, now, out TakeOutcome outcome, out debt, out taken)) return outcome;
        return TakeNew(identity, bucket, cost, now, out debt, out taken);
    }

    /// <summary>Undoes a take. Does nothing when the slot was given to another key or life since: then the bucket was full again, and is.</summary>
    internal void GiveBack(in TakenSlot taken)
    {
        ref Slot slot = ref At(taken.Index);
        while (true)
        {
            // Every failed exchange is another thread's progress on this slot, or its end.
            ulong fullAt = slot.ReadFullAt();
            if ((fullAt & Slot.ClaimedBit) != 0 || slot.Incarnation != taken.Incarnation) return;
            if (slot.TryMoveFullAt(fullAt, fullAt - taken.Cost)) return;
        }
    }

    /// <summary>The slot that holds a key, or -1. What it says may be outdated at once; only a compare-and-swap on FullAt confirms it.</summary>
    private long Find(in SlotIdentity identity)
    {
        long home = HomeOf(identity.High);
        for (long index = home; index < home + ProbeLimit; index++)
        {
            ref Slot slot = ref At(index);
            if (slot.Holds(identity)) return index;
            if (slot.ReadFullAt() == 0) return -1;
        }

        return -1;
    }

    /// <summary>False when the slot no longer belongs to the key.</summary>
    private bool TryTakeAt(
        long index, in SlotIdentity identity, TokenBucket bucket, ulong cost, ulong now,
        out TakeOutcome outcome, out ulong debt, out TakenSlot taken)
    {
        ref Slot slot = ref At(index);
        while (true)
        {
            ulong fullAt = slot.ReadFullAt();
            ulong incarnation = slot.Incarnation;
            if ((fullAt & Slot.ClaimedBit) != 0 || fullAt == 0 || !slot.Holds(identity))
            {
                (outcome, debt, taken) = (TakeOutcome.NoSlot, 0, default);
                return false;
            }

            debt = bucket.DebtAt(fullAt, now);
            bool covered = bucket.Covers(debt, cost);
            ulong wanted = covered ? now + debt + cost : now + debt;
            bool cut = !covered && fullAt > wanted;
            // A denial writes nothing, unless it finds a debt of an older definition and must cut it; but it too must have seen the
            // time and the identity of one life.
            if (covered || cut ? !slot.TryMoveFullAt(fullAt, wanted) : slot.ReadFullAt() != fullAt) continue;
            if (covered) debt += cost;
            taken = new TakenSlot(index, incarnation, cost);
            outcome = covered ? TakeOutcome.Taken : TakeOutcome.Denied;
            return true;
        }
    }

    /// <summary>The key has no slot: claims one under the lock of the key's home, or finds that another thread just did.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TakeOutcome TakeNew(in SlotIdentity identity, TokenBucket bucket, ulong cost, ulong now, out ulong debt, out TakenSlot taken)
    {
        debt = 0;
        taken = default;
        if (!bucket.Covers(0, cost)) return TakeOutcome.Denied;
        ref Slot home = ref At(HomeOf(identity.High));
        for (int attempt = 0; attempt < ClaimAttempts; attempt++)
        {
            if (home.TryLockHome())
            {
                long index = Find(identity);
                bool claimed = index < 0 && TryClaim(identity, now, now + cost, out index, out taken);
                home.UnlockHome();
                if (claimed)
                {
                    debt = cost;
                    return TakeOutcome.Taken;
                }

                if (index < 0) break;
                if (TryTakeAt(index, identity, bucket, cost, now, out TakeOutcome outcome, out debt, out taken)) return outcome;
            }
            else
            {
                // The holder needs nanoseconds; if it was preempted, giving up this processor is what lets it finish.
                if (attempt < AttemptsBeforeYield) Thread.SpinWait(4);
                else Thread.Yield();
            }
        }

        Interlocked.Increment(ref StripeOf(identity).TableFull);
        return TakeOutcome.NoSlot;
    }

    /// <summary>Under the home lock, with the key known to be absent: takes the first free slot in reach.</summary>
    private bool TryClaim(in SlotIdentity identity, ulong now, ulong newFullAt, out long index, out TakenSlot taken)
    {
        long home = HomeOf(identity.High);
        for (index = home; index < home + ProbeLimit; index++)
        {
            ref Slot slot = ref At(index);
            ulong fullAt = slot.ReadFullAt();
            // Losing the exchange means that the slot is in use again, or another key's: go on to the next.
            if (!Slot.IsFree(fullAt, now) || !slot.TryMoveFullAt(fullAt, Slot.ClaimedBit)) continue;
            taken = new TakenSlot(index, slot.Publish(identity, newFullAt), newFullAt - now);
            if (fullAt == 0) Interlocked.Increment(ref StripeOf(identity).Used);
            else Interlocked.Increment(ref StripeOf(identity).Evicted);
            return true;
        }

        index = -1;
        taken = default;
        return false;
    }

    /// <summary>Scales the hash to the number of homes by one multiplication, so that any size can be used in full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long HomeOf(ulong identityHigh) => (long)Math.BigMul(identityHigh, (ulong)_homeCount, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Slot At(long index)
    {
        // SAFETY: every index is a home plus less than ProbeLimit.
        return ref *(_slots + index);
    }

    private ref TableStripe StripeOf(in SlotIdentity identity)
    {
        // SAFETY: masked below StripeCount.
        return ref *(_stripes + ((int)identity.High & (TableHeader.StripeCount - 1)));
    }

    private static void AssertLayout()
    {
        bool sound = sizeof(Slot) == Slot.Bytes && sizeof(TableHeader) == TableHeader.Bytes && sizeof(TableStripe) == TableHeader.StripeBytes
            && TableHeader.StripesOffset + TableHeader.StripeCount * TableHeader.StripeBytes <= TableHeader.Bytes
            && BitConverter.IsLittleEndian;
        if (!sound) throw new PlatformNotSupportedException("limiter table: the layout does not hold on this platform");
    }
}
