using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>struct sock_filter: one instruction of a classic BPF program.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FilterInstruction
{
    internal ushort Code;
    internal byte JumpTrue;
    internal byte JumpFalse;
    internal uint Operand;
}
