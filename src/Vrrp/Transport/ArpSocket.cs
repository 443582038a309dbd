using System.ComponentModel;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Transport;

/// <summary>Sends and hears ARP on one interface; bound to its EtherType, so that other traffic costs nothing. One thread.</summary>
internal sealed class ArpSocket : IDisposable
{
    private readonly Descriptor _socket;
    private readonly byte[] _destination;
    private readonly byte[] _frame = new byte[ArpFrame.Bytes];
    private readonly ulong _mac;

    /// <exception cref="Win32Exception">With errno.</exception>
    public ArpSocket(int interfaceIndex, ulong mac)
    {
        _mac = mac;
        _destination = KernelAddress.Link(interfaceIndex, SocketNumbers.EtherTypeArp);
        _socket = Descriptor.Socket(SocketNumbers.Packet, SocketNumbers.RawType, 0);
        try
        {
            _socket.Bind(KernelAddress.Link(interfaceIndex, SocketNumbers.EtherTypeArp));
        }
        catch (Win32Exception)
        {
            _socket.Dispose();
            throw;
        }
    }

    public int Raw => _socket.Raw;

    public bool Announce(uint address) => Announce(address, _mac);

    /// <param name="address">Whose place is told.</param>
    /// <param name="mac">Where it is: this interface's or a virtual one.</param>
    public bool Announce(uint address, ulong mac)
    {
        ArpFrame.WriteAnnouncement(_frame, mac, address);
        return _socket.SendTo(_frame, _destination);
    }

    public bool Probe(uint own, uint asked)
    {
        ArpFrame.WriteRequest(_frame, _mac, own, asked);
        return _socket.SendTo(_frame, _destination);
    }

    /// <summary>Length of the frame; at most 0: none.</summary>
    public int Receive(Span<byte> to) => _socket.Receive(to);

    public void Dispose() => _socket.Dispose();
}
