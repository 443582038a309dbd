// Invariants
// - Ownership: slots live in the block of LimiterTable and nowhere else; a `ref Slot` never outlives the call it was made for.
// - Alignment: 64 bytes at a multiple of 64: one slot, one cache line.
// - Memory ordering: FullAt is the arbiter. Identity and Incarnation are written only while FullAt carries ClaimedBit, by the thread
//   that set it, and are published by the release store that removes it. A reader loads FullAt (acquire) before the identity and
//   acts only by compare-and-swap on the very value it loaded; docs/design/0001-limiter-table.md proves that this is enough.
// - Threads: any number, through the Interlocked and Volatile accessors only.
using System.Runtime.InteropServices;

namespace Appliance.Limiter.Memory;

/// <summary>
/// One key of one rule.
/// <code>
/// offset  0         8         16      24           32        36             64
///         +---------+---------+-------+------------+---------+--------------+
///         | id high | id low  |FullAt |incarnation |home lock|   reserved   |
///         +---------+---------+-------+------------+---------+--------------+
/// </code>
/// FullAt: when the bucket is full again, in units of <see cref="Rules.TimeUnits"/>; 0 = never used; top bit = being claimed. The home
/// lock belongs to the keys whose probing starts here, not to the key that lives here.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct Slot
{
    public const int Bytes = 64;
    public const ulong ClaimedBit = 1UL << 63;

    [FieldOffset(0)] public ulong IdentityHigh;
    [FieldOffset(8)] public ulong IdentityLow;
    [FieldOffset(16)] public ulong FullAt;
    [FieldOffset(24)] public ulong Incarnation;
    [FieldOffset(32)] public int HomeLock;

    /// <summary>True when forgetting this slot changes no answer: its bucket was full before <paramref name="now"/>, or it was never used.</summary>
    public static bool IsFree(ulong fullAt, ulong now) => fullAt < now || fullAt == 0;

    /// <summary>Plain loads are enough: the caller validates them by compare-and-swap on a FullAt that it loaded before.</summary>
    public readonly bool Holds(in SlotIdentity identity) => IdentityHigh == identity.High && IdentityLow == identity.Low;

    public ulong ReadFullAt() => Volatile.Read(ref FullAt);

    public bool TryMoveFullAt(ulong expected, ulong value) => Interlocked.CompareExchange(ref FullAt, value, expected) == expected;

    /// <summary>Second half of a claim: the caller holds ClaimedBit. Returns the number of the life that begins here.</summary>
    public ulong Publish(in SlotIdentity identity, ulong fullAt)
    {
        IdentityHigh = identity.High;
        IdentityLow = identity.Low;
        ulong incarnation = ++Incarnation;
        Volatile.Write(ref FullAt, fullAt);
        return incarnation;
    }

    public bool TryLockHome() => Volatile.Read(ref HomeLock) == 0 && Interlocked.CompareExchange(ref HomeLock, 1, 0) == 0;

    public void UnlockHome() => Volatile.Write(ref HomeLock, 0);
}
