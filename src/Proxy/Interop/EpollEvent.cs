using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>struct epoll_event: packed to 12 bytes on x86-64, the one architecture the package is built for; a start-up check refuses others.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EpollEvent
{
    internal uint Events;
    internal ulong Token;
}
