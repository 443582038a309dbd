using System.ComponentModel;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Addresses;

/// <summary>Notifications of links and addresses. One thread; allocates nothing after construction.</summary>
internal sealed class RouteWatch : IDisposable
{
    private readonly Descriptor _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <exception cref="Win32Exception">With errno.</exception>
    public RouteWatch()
    {
        _socket = Descriptor.Socket(SocketNumbers.Netlink, SocketNumbers.RawType, 0);
        _socket.Bind(KernelAddress.RouteNetlink(RouteNumbers.GroupLink | RouteNumbers.GroupIp4Address | RouteNumbers.GroupIp6Address));
    }

    public int Raw => _socket.Raw;

    /// <summary>The next batch of messages; empty: no more. <paramref name="lost"/>: the kernel dropped some, look for yourself.</summary>
    public ReadOnlySpan<byte> Receive(out bool lost)
    {
        int length = _socket.Receive(_buffer);
        lost = length < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == SocketNumbers.BufferOverrun;
        return length > 0 ? _buffer.AsSpan(0, length) : default;
    }

    public void Dispose() => _socket.Dispose();
}
