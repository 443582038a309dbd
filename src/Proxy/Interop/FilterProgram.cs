// Invariants
// - Mirrors struct sock_fprog of 64-bit Linux; the pointer is borrowed for the length of one setsockopt.
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>struct sock_fprog.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FilterProgram
{
    internal ushort Length;
    internal FilterInstruction* Instructions;
}
