// Invariants
// - Mirrors struct iovec of 64-bit Linux: 16 bytes. The pointer is borrowed for the length of one call.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    internal byte* Base;
    internal nuint Length;
}
