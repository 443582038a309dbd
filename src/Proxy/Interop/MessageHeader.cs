// Invariants
// - Mirrors struct msghdr of 64-bit Linux: 56 bytes; sizes and offsets are asserted by InteropLayoutTests against the C compiler.
// - Pointers are borrowed: whoever fills the struct keeps the memory pinned until the call returns.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>struct msghdr.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    internal byte* Name;
    internal uint NameLength;
    internal IoVector* Vectors;
    internal nuint VectorCount;
    internal void* Control;
    internal nuint ControlLength;
    internal int Flags;
}
