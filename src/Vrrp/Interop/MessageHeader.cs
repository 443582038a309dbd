// Invariants: mirrors struct msghdr of 64-bit Linux, 56 bytes, asserted by InteropLayoutTests. The pointers lead to pinned arrays that live
// as long as the PacketInbox that made the header.
using System.Runtime.InteropServices;

namespace Appliance.Vrrp.Interop;

/// <summary>Where one message and what the kernel says of it are put.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MessageHeader
{
    public nint Name;
    public uint NameLength;
    public nint Vector;
    public nint VectorLength;
    public nint Control;
    public nint ControlLength;
    public int Flags;
}
