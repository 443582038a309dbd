// Invariants
// - Ownership: the first page of the block; written once by Create, read-only afterwards except the striped counters.
// - Layout: field offsets are a format: a later process reads them from the same memory file. Changing one means a new LayoutVersion.
// - Memory ordering: counters by Interlocked; the rest is written before the table is handed to anyone.
using System.Runtime.InteropServices;

namespace Appliance.Limiter.Memory;

/// <summary>What a process that finds the memory file must know before it may trust the slots.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct TableHeader
{
    public const int Bytes = 4096;
    public const ulong MagicValue = 0x31304C42_54504C41; // "ALPTBL01", little endian
    public const int CurrentLayoutVersion = 2;
    public const int StripesOffset = 1024;
    public const int StripeBytes = 64;
    public const int StripeCount = 16;

    [FieldOffset(0)] public ulong Magic;
    [FieldOffset(8)] public int LayoutVersion;
    [FieldOffset(12)] public int SlotBytes;
    [FieldOffset(16)] public long SlotCount;
    [FieldOffset(24)] public int ProbeLimit;
    [FieldOffset(28)] public int UnitsPerNanosecond;

    /// <summary>A digest under the hash seed, not the seed: enough to tell whether a table was filled with another seed.</summary>
    [FieldOffset(32)] public ulong HashSeedMark;
}
