// Invariants: mirrors struct pollfd of Linux on every architecture: 4 + 2 + 2 bytes, asserted by InteropLayoutTests.
using System.Runtime.InteropServices;

namespace Appliance.Vrrp.Interop;

/// <summary>One descriptor to wait for.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public const short Readable = 1;
    public int Descriptor;
    public short Wanted;
    public short Happened;
}
