// Invariants: mirrors struct timespec of 64-bit Linux: two 8-byte words, asserted by InteropLayoutTests.
using System.Runtime.InteropServices;

namespace Appliance.Vrrp.Interop;

/// <summary>A duration.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec(long ns)
{
    public long Seconds = ns / 1_000_000_000;
    public long Nanoseconds = ns % 1_000_000_000;
}
