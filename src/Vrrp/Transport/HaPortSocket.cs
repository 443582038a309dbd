using System.ComponentModel;
using System.Runtime.InteropServices;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Transport;

/// <summary>The UDP socket of the HA port, connected to the peer: the kernel drops what comes from elsewhere. One thread.</summary>
internal sealed class HaPortSocket : IDisposable
{
    private const int InternetworkControl = 0xc0;
    private const int ControlPriority = 6;
    private readonly Descriptor _socket;

    /// <param name="own">Own address on the HA link, as a number.</param>
    /// <param name="peer">The peer's, of the same family.</param>
    /// <param name="port">On both ends.</param>
    /// <exception cref="Win32Exception">With errno.</exception>
    public HaPortSocket(UInt128 own, UInt128 peer, int port)
    {
        bool ip6 = AddressNumber.IsIp6(own);
        _socket = Descriptor.Socket(ip6 ? SocketNumbers.Ip6 : SocketNumbers.Ip4, SocketNumbers.Datagram, 0);
        try
        {
            if (ip6) _socket.SetOption(SocketNumbers.Ip6Level, SocketNumbers.Ip6TrafficClass, InternetworkControl);
            else _socket.SetOption(SocketNumbers.IpLevel, SocketNumbers.TypeOfService, InternetworkControl);
            _socket.SetOption(SocketNumbers.SocketLevel, SocketNumbers.PacketPriority, ControlPriority);
            _socket.Bind(KernelAddress.Internet(own, port));
            _socket.Connect(KernelAddress.Internet(peer, port));
        }
        catch (Win32Exception)
        {
            _socket.Dispose();
            throw;
        }
    }

    public int Raw => _socket.Raw;

    /// <summary>An earlier datagram's ICMP error is reported on the next call and costs it; such a call is made again.</summary>
    public bool Send(ReadOnlySpan<byte> datagram) =>
        _socket.Send(datagram) || (Marshal.GetLastPInvokeError() == SocketNumbers.ConnectionRefused && _socket.Send(datagram));

    /// <summary>Length of the datagram; at most 0: none.</summary>
    public int Receive(Span<byte> to) => _socket.Receive(to);

    public void Dispose() => _socket.Dispose();
}
