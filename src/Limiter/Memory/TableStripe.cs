using System.Runtime.InteropServices;

namespace Appliance.Limiter.Memory;

/// <summary>
/// One cache line of counters in the header page. Striped by home slot, so that a flood of new keys on several cores does not meet in
/// one line; only claims and failures touch it, never a take on a known key.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = TableHeader.StripeBytes)]
internal struct TableStripe
{
    [FieldOffset(0)] public long Used;
    [FieldOffset(8)] public long Evicted;
    [FieldOffset(16)] public long TableFull;
}
