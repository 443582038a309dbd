using System.ComponentModel;
using System.Text;
using Appliance.Vrrp.Interop;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>
/// A raw IPv6 socket of protocol 112. The header is ours on sending, as with IPv4. On receipt the kernel strips it: what is read here has
/// one built from the kernel's control data. The checksum stays with the reader, so that a bad one is counted. One thread.
/// </summary>
internal sealed class VrrpSocket6 : IDisposable
{
    private const int ControlPriority = 6;
    private readonly Descriptor _socket;
    private readonly PacketInbox _inbox = new(VrrpWire.Protocol);
    private readonly byte[] _destination;

    /// <param name="interfaceName">Bound to it, unless unicast: the peer may be behind another one.</param>
    /// <param name="interfaceIndex">Its index.</param>
    /// <param name="destination">The group or the peer.</param>
    /// <exception cref="Win32Exception">With errno.</exception>
    public VrrpSocket6(string interfaceName, int interfaceIndex, UInt128 destination)
    {
        bool multicast = destination == VrrpWire.Group6;
        _destination = KernelAddress.Internet(destination, 0, multicast ? interfaceIndex : 0);
        _socket = Descriptor.Socket(SocketNumbers.Ip6, SocketNumbers.RawType, VrrpWire.Protocol);
        try
        {
            _socket.SetOption(SocketNumbers.Ip6Level, SocketNumbers.Ip6HeaderIncluded, 1);
            _socket.SetOption(SocketNumbers.SocketLevel, SocketNumbers.PacketPriority, ControlPriority);
            PacketInbox.Prepare(_socket);
            if (multicast) JoinGroup(interfaceName, interfaceIndex);
        }
        catch (Win32Exception)
        {
            _socket.Dispose();
            throw;
        }
    }

    public int Raw => _socket.Raw;

    public bool Send(ReadOnlySpan<byte> packet) => _socket.SendTo(packet, _destination);

    /// <summary>Length of the packet, IPv6 header first; at most 0: none.</summary>
    public int Receive(Span<byte> to) => _inbox.Receive(_socket, to);

    public void Dispose() => _socket.Dispose();

    private void JoinGroup(string interfaceName, int interfaceIndex)
    {
        _socket.SetOption(SocketNumbers.SocketLevel, SocketNumbers.BindToDevice, Encoding.UTF8.GetBytes(interfaceName + '\0'));
        _socket.SetOption(SocketNumbers.Ip6Level, SocketNumbers.Ip6MulticastInterface, interfaceIndex);
        _socket.SetOption(SocketNumbers.Ip6Level, SocketNumbers.Ip6MulticastLoop, 0);
        _socket.SetOption(SocketNumbers.Ip6Level, SocketNumbers.Ip6AddMembership, KernelAddress.Membership6(VrrpWire.Group6, interfaceIndex));
    }
}
