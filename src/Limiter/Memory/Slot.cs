// Invariants
// - Ownership: slots live in the block of LimiterTable and nowhere else; a `ref Slot` never outlives the call it was made for.
// - Alignment: 64 bytes at a multiple of 64: one slot, one cache line.
// - Memory ordering: Word is the arbiter. Identity, Incarnation and Until are written only while Word is SlotWord.Claimed, by the
//   thread that set it, and are published by the release store that replaces it. A reader loads Word (acquire) before the rest and acts
//   by compare-and-swap on the very value it loaded, or confirms that value; docs/design/0001-limiter-table.md proves that this is enough.
// - Threads: any number, through the Interlocked and Volatile accessors only.
using System.Runtime.InteropServices;

namespace Appliance.Limiter.Memory;

/// <summary>
/// One key of one rule.
/// <code>
/// offset  0         8         16     24           32         36        40      48             64
///         +---------+---------+------+------------+----------+---------+-------+--------------+
///         | id high | id low  | word |incarnation |home lock |reserved | until |   reserved   |
///         +---------+---------+------+------------+----------+---------+-------+--------------+
/// </code>
/// The word is drawn in <see cref="SlotWord"/>. Until: when the window of a counter is over, or the birth of a gauge, in units of
/// <see cref="Rules.TimeUnits"/>; means nothing for a bucket. The home lock belongs to the keys whose probing starts here, not to the key that lives here.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct Slot
{
    public const int Bytes = 64;

    [FieldOffset(0)] public ulong IdentityHigh;
    [FieldOffset(8)] public ulong IdentityLow;
    [FieldOffset(16)] public ulong Word;
    [FieldOffset(24)] public ulong Incarnation;
    [FieldOffset(32)] public int HomeLock;
    [FieldOffset(40)] public ulong Until;

    /// <summary>Plain loads are enough: the caller validates them by the word that it loaded before.</summary>
    public readonly bool Holds(in SlotIdentity identity) => IdentityHigh == identity.High && IdentityLow == identity.Low;

    public ulong ReadWord() => Volatile.Read(ref Word);

    public bool TryMove(ulong expected, ulong value) => Interlocked.CompareExchange(ref Word, value, expected) == expected;

    /// <summary>True when everything read since <paramref name="word"/> was loaded belongs to one life, and the word still stands.</summary>
    public bool Confirms(ulong word)
    {
        Volatile.ReadBarrier();
        return Volatile.Read(ref Word) == word;
    }

    /// <summary>Second half of a claim, by the thread that holds it.</summary>
    public void Publish<TChange>(in SlotIdentity identity, ref TChange change, long index)
        where TChange : struct, ISlotChange, allows ref struct
    {
        IdentityHigh = identity.High;
        IdentityLow = identity.Low;
        Renew(ref change, index);
    }

    /// <summary>The same for a key that keeps its slot and begins a new life in it.</summary>
    public void Renew<TChange>(ref TChange change, long index)
        where TChange : struct, ISlotChange, allows ref struct
    {
        ulong incarnation = ++Incarnation;
        Until = change.Until;
        Volatile.Write(ref Word, change.Begin(index, incarnation));
    }

    public bool TryLockHome() => Volatile.Read(ref HomeLock) == 0 && Interlocked.CompareExchange(ref HomeLock, 1, 0) == 0;

    public void UnlockHome() => Volatile.Write(ref HomeLock, 0);
}
