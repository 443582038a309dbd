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
/// The pinned table that holds every bucket, counter and gauge: fixed size, outside the garbage collector's heap, in a memory file. Open addressing with
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

        return new LimiterTableStatus(_block.Bytes, SlotCount, used, evicted, full, _block.Locked) { OnHugePages = _block.OnHugePages };
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

    /// <summary>Takes <paramref name="cost"/> from the bucket of a key, or changes nothing: <see cref="BucketTake"/> as one call.</summary>
    internal TakeOutcome Take(in SlotIdentity identity, TokenBucket bucket, ulong cost, ulong now, out ulong debt, out TakenSlot taken)
    {
        var take = new BucketTake(bucket, cost, now);
        TakeOutcome outcome = Apply(identity, ref take);
        (debt, taken) = (take.Debt, take.Taken);
        return outcome;
    }

    /// <summary>
    /// Applies a change to a key's slot; claims one if the key has none. Lock-free for a key that has a slot. Anything but
    /// <see cref="TakeOutcome.Taken"/> has changed nothing.
    /// </summary>
    /// <param name="identity">The key.</param>
    /// <param name="change">What to do; its fields tell the outcome.</param>
    internal TakeOutcome Apply<TChange>(in SlotIdentity identity, ref TChange change)
        where TChange : struct, ISlotChange, allows ref struct
    {
        long index = Find(identity);
        if (index >= 0 && change.TryApply(ref At(index), index, identity, out TakeOutcome outcome)) return outcome;
        return ApplyNew(identity, ref change);
    }

    /// <summary>Undoes a take, all or part of it. Does nothing when the slot has begun another life since: then nothing is owed to the old one.</summary>
    /// <param name="taken">What was taken; nothing happens for the default value.</param>
    /// <param name="now">Units: a bucket never becomes more than full.</param>
    internal void GiveBack(in TakenSlot taken, ulong now)
    {
        if (taken.Incarnation == 0) return;
        ref Slot slot = ref At(taken.Index);
        while (true)
        {
            // Every failed exchange is another thread's progress on this slot, or its end.
            ulong word = slot.ReadWord();
            if (word == SlotWord.Claimed || slot.Incarnation != taken.Incarnation) return;
            if (slot.TryMove(word, SlotWord.Less(word, taken.Cost, now))) return;
        }
    }

    /// <summary>Adds to a counter what was spent beyond a take, in the life that was taken from; nothing when that is over.</summary>
    internal void AddTo(in TakenSlot taken, ulong more)
    {
        if (taken.Incarnation == 0) return;
        ref Slot slot = ref At(taken.Index);
        while (true)
        {
            ulong word = slot.ReadWord();
            if (!SlotWord.IsCounter(word) || slot.Incarnation != taken.Incarnation) return;
            if (slot.TryMove(word, word + Math.Min(more, SlotWord.MaxCounter - SlotWord.ValueOf(word)))) return;
        }
    }

    /// <summary>The value of a key's counter; 0 when it has none or its window is over.</summary>
    internal ulong ReadCounter(in SlotIdentity identity, ulong now)
    {
        long index = Find(identity);
        if (index < 0) return 0;
        ref Slot slot = ref At(index);
        while (true)
        {
            ulong word = slot.ReadWord();
            ulong until = slot.Until;
            if (!SlotWord.IsCounter(word) || !slot.Holds(identity)) return 0;
            if (slot.Confirms(word)) return SlotWord.IsFree(word, until, now) ? 0 : SlotWord.ValueOf(word);
        }
    }

    /// <summary>The slot that holds a key, or -1. What it says may be outdated at once; only the word confirms it.</summary>
    private long Find(in SlotIdentity identity)
    {
        long home = HomeOf(identity.High);
        for (long index = home; index < home + ProbeLimit; index++)
        {
            ref Slot slot = ref At(index);
            if (slot.Holds(identity)) return index;
            if (slot.ReadWord() == SlotWord.Unused) return -1;
        }

        return -1;
    }

    /// <summary>The key has no slot: claims one under the lock of the key's home, or finds that another thread just did.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private TakeOutcome ApplyNew<TChange>(in SlotIdentity identity, ref TChange change)
        where TChange : struct, ISlotChange, allows ref struct
    {
        if (!change.MayBegin) return TakeOutcome.Denied;
        ref Slot home = ref At(HomeOf(identity.High));
        for (int attempt = 0; attempt < ClaimAttempts; attempt++)
        {
            if (home.TryLockHome())
            {
                long index = Find(identity);
                bool claimed = index < 0 && TryClaim(identity, ref change);
                home.UnlockHome();
                if (claimed) return TakeOutcome.Taken;
                if (index < 0) break;
                if (change.TryApply(ref At(index), index, identity, out TakeOutcome outcome)) return outcome;
            }

            // The holder of the lock or of the claim needs nanoseconds; if it was preempted, giving up this processor lets it finish.
            if (attempt < AttemptsBeforeYield) Thread.SpinWait(4);
            else Thread.Yield();
        }

        Interlocked.Increment(ref StripeOf(identity).TableFull);
        return TakeOutcome.NoSlot;
    }

    /// <summary>Under the home lock, with the key known to be absent: takes the first free slot in reach.</summary>
    private bool TryClaim<TChange>(in SlotIdentity identity, ref TChange change)
        where TChange : struct, ISlotChange, allows ref struct
    {
        long home = HomeOf(identity.High);
        for (long index = home; index < home + ProbeLimit; index++)
        {
            ref Slot slot = ref At(index);
            ulong word = slot.ReadWord();
            // Losing the exchange means that the slot is in use again, or another key's: go on to the next.
            if (!SlotWord.IsFree(word, slot.Until, change.Now) || !slot.TryMove(word, SlotWord.Claimed)) continue;
            slot.Publish(identity, ref change, index);
            if (word == SlotWord.Unused) Interlocked.Increment(ref StripeOf(identity).Used);
            else Interlocked.Increment(ref StripeOf(identity).Evicted);
            return true;
        }

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
