using System.ComponentModel;
using System.Text;
using Appliance.Vrrp.Addresses;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Transport;

/// <summary>
/// Sends and hears neighbour discovery on one interface. Sending is by frames, so that a virtual MAC can be the source; receiving is by a
/// raw ICMPv6 socket whose filter in the kernel passes three types, so that other traffic costs nothing. One thread.
/// </summary>
internal sealed class NdSocket : IDisposable
{
    private const int FilterWords = 8;
    private readonly Descriptor _heard;
    private readonly Descriptor _frames;
    private readonly PacketInbox _inbox = new(SocketNumbers.Icmp6);
    private readonly byte[] _destination;
    private readonly byte[] _frame = new byte[NdFrame.Bytes];
    private readonly ulong _mac;

    /// <exception cref="Win32Exception">With errno.</exception>
    public NdSocket(string interfaceName, int interfaceIndex, ulong mac)
    {
        _mac = mac;
        _destination = KernelAddress.Link(interfaceIndex, SocketNumbers.EtherTypeIp6);
        _frames = Descriptor.Socket(SocketNumbers.Packet, SocketNumbers.RawType, 0); // protocol 0: hears nothing
        try
        {
            _heard = Descriptor.Socket(SocketNumbers.Ip6, SocketNumbers.RawType, SocketNumbers.Icmp6);
        }
        catch (Win32Exception)
        {
            _frames.Dispose();
            throw;
        }

        try
        {
            _heard.SetOption(SocketNumbers.SocketLevel, SocketNumbers.BindToDevice, Encoding.UTF8.GetBytes(interfaceName + '\0'));
            PacketInbox.Prepare(_heard);
            _heard.SetOption(SocketNumbers.Icmp6, SocketNumbers.Icmp6Filter, Filter());
        }
        catch (Win32Exception)
        {
            Dispose();
            throw;
        }
    }

    public int Raw => _heard.Raw;

    public bool Announce(UInt128 address, ulong mac)
    {
        NdFrame.WriteAnnouncement(_frame, mac, address);
        return _frames.SendTo(_frame, _destination);
    }

    public bool Probe(UInt128 own, UInt128 asked)
    {
        NdFrame.WriteSolicitation(_frame, _mac, own, asked);
        return _frames.SendTo(_frame, _destination);
    }

    /// <summary>Length of the packet, IPv6 header first; at most 0: none.</summary>
    public int Receive(Span<byte> to) => _inbox.Receive(_heard, to);

    public void Dispose()
    {
        _heard.Dispose();
        _frames.Dispose();
    }

    /// <summary>A set bit keeps a type out.</summary>
    private static Span<byte> Filter()
    {
        uint[] words = new uint[FilterWords];
        Array.Fill(words, uint.MaxValue);
        foreach (byte type in (ReadOnlySpan<byte>)[NdFrame.RouterAdvertisement, NdFrame.Solicitation, NdFrame.Advertisement]) words[type >> 5] &= ~(1u << (type & 31));
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan());
    }
}
