using System.ComponentModel;
using System.Text;
using Appliance.Vrrp.Interop;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>
/// A raw socket of protocol 112, which System.Net.Sockets refuses. The header is ours on sending, so that source and TTL are what the
/// checksum covers; on receipt the kernel delivers it. One thread.
/// </summary>
internal sealed class VrrpSocket : IDisposable
{
    private const int ControlPriority = 6;
    private readonly Descriptor _socket;
    private readonly byte[] _destination;

    /// <param name="interfaceName">Bound to it, unless unicast: the peer may be behind another one.</param>
    /// <param name="interfaceIndex">Its index.</param>
    /// <param name="source">Own address, host byte order.</param>
    /// <param name="destination">The group or the peer.</param>
    /// <exception cref="Win32Exception">With errno.</exception>
    public VrrpSocket(string interfaceName, int interfaceIndex, uint source, uint destination)
    {
        _destination = KernelAddress.Internet(destination, 0);
        _socket = Descriptor.Socket(SocketNumbers.Ip4, SocketNumbers.RawType, VrrpWire.Protocol);
        try
        {
            _socket.SetOption(SocketNumbers.IpLevel, SocketNumbers.HeaderIncluded, 1);
            _socket.SetOption(SocketNumbers.SocketLevel, SocketNumbers.PacketPriority, ControlPriority);
            if (destination == VrrpWire.Group) JoinGroup(interfaceName, interfaceIndex, source);
        }
        catch (Win32Exception)
        {
            _socket.Dispose();
            throw;
        }
    }

    public int Raw => _socket.Raw;

    public bool Send(ReadOnlySpan<byte> packet) => _socket.SendTo(packet, _destination);

    /// <summary>Length of the packet; at most 0: none.</summary>
    public int Receive(Span<byte> to) => _socket.Receive(to);

    public void Dispose() => _socket.Dispose();

    private void JoinGroup(string interfaceName, int interfaceIndex, uint source)
    {
        _socket.SetOption(SocketNumbers.SocketLevel, SocketNumbers.BindToDevice, Encoding.UTF8.GetBytes(interfaceName + '\0'));
        byte[] membership = KernelAddress.Membership(VrrpWire.Group, source, interfaceIndex);
        _socket.SetOption(SocketNumbers.IpLevel, SocketNumbers.MulticastInterface, membership);
        _socket.SetOption(SocketNumbers.IpLevel, SocketNumbers.MulticastLoop, 0);
        _socket.SetOption(SocketNumbers.IpLevel, SocketNumbers.AddMembership, membership);
    }
}
