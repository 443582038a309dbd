using System.ComponentModel;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Interop;
using Appliance.Vrrp.Wire;

namespace Appliance.Vrrp.Transport;

/// <summary>
/// Sends multicast adverts of either family as whole frames, so that their source is the virtual MAC (RFC 9568 section 7.2) whatever state
/// the link of that MAC is in. Hears nothing. One thread.
/// </summary>
internal sealed class AdvertFrameSocket : IDisposable
{
    private const int EthernetBytes = 14;
    private readonly Descriptor _socket;
    private readonly byte[] _destination;
    private readonly byte[] _frame = new byte[EthernetBytes + VrrpWire.MaximumPacketBytes];

    /// <exception cref="Win32Exception">With errno.</exception>
    public AdvertFrameSocket(int interfaceIndex)
    {
        _destination = KernelAddress.Link(interfaceIndex, SocketNumbers.EtherTypeIp4); // the frame's own type is what counts
        _socket = Descriptor.Socket(SocketNumbers.Packet, SocketNumbers.RawType, 0);
    }

    /// <param name="packet">With its IP header, complete.</param>
    /// <param name="routerId">Gives the MAC.</param>
    public bool Send(ReadOnlySpan<byte> packet, byte routerId)
    {
        bool ip6 = packet[0] >> 4 == 6;
        MacNumber.Write(_frame, ip6 ? MacNumber.OfGroup6(VrrpWire.Group6) : MacNumber.OfGroup4(VrrpWire.Group));
        MacNumber.Write(_frame.AsSpan(MacNumber.Bytes), VirtualMac.Of(routerId, ip6));
        int type = ip6 ? SocketNumbers.EtherTypeIp6 : SocketNumbers.EtherTypeIp4;
        (_frame[12], _frame[13]) = ((byte)(type >> 8), (byte)type);
        packet.CopyTo(_frame.AsSpan(EthernetBytes));
        return _socket.SendTo(_frame.AsSpan(0, EthernetBytes + packet.Length), _destination);
    }

    public void Dispose() => _socket.Dispose();
}
