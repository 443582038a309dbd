// Invariants: all buffers are pinned arrays owned by this object and referred to by the header for its whole life; their true lengths stand
// in the header before each call, so the kernel stays inside. Control data is walked with bounds checks: 16 bytes of cmsghdr (length,
// level, type), data, padding to 8. One thread.
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Appliance.Vrrp.Interop;

/// <summary>
/// Receives from raw IPv6 sockets, which deliver no IP header: builds one from what the kernel tells beside the message (source,
/// destination, hop limit), so that readers see whole packets of either family. Allocates nothing after construction.
/// </summary>
internal sealed class PacketInbox
{
    private const int HeaderBytes = 40;
    private const int ControlHeaderBytes = 16;
    private const int NameBytes = 28;
    private readonly byte[] _data = GC.AllocateArray<byte>(2048, pinned: true);
    private readonly byte[] _control = GC.AllocateArray<byte>(256, pinned: true);
    private readonly byte[] _name = GC.AllocateArray<byte>(NameBytes, pinned: true);
    private readonly nint[] _vector = GC.AllocateArray<nint>(2, pinned: true);
    private readonly byte _protocol;
    private MessageHeader _header;

    /// <param name="protocol">Of the socket.</param>
    public PacketInbox(byte protocol)
    {
        _protocol = protocol;
        _vector[0] = Marshal.UnsafeAddrOfPinnedArrayElement(_data, 0);
        _vector[1] = _data.Length;
        _header.Name = Marshal.UnsafeAddrOfPinnedArrayElement(_name, 0);
        _header.Vector = Marshal.UnsafeAddrOfPinnedArrayElement(_vector, 0);
        _header.VectorLength = 1;
        _header.Control = Marshal.UnsafeAddrOfPinnedArrayElement(_control, 0);
    }

    /// <summary>The kernel must say these things with each message.</summary>
    public static void Prepare(Descriptor socket)
    {
        socket.SetOption(SocketNumbers.Ip6Level, SocketNumbers.Ip6ReceivePacketInfo, 1);
        socket.SetOption(SocketNumbers.Ip6Level, SocketNumbers.Ip6ReceiveHopLimit, 1);
    }

    /// <summary>Length of the packet, header first, cut to fit; -1: nothing there, or an error that errno names.</summary>
    public int Receive(Descriptor socket, Span<byte> to)
    {
        _header.NameLength = NameBytes;
        _header.ControlLength = _control.Length;
        _header.Flags = 0;
        int length = (int)LibC.ReceiveMessage(socket, ref _header, 0);
        if (length < 0 || to.Length < HeaderBytes) return -1;
        length = Math.Min(length, to.Length - HeaderBytes);
        to[..HeaderBytes].Clear();
        to[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)length);
        to[6] = _protocol;
        _name.AsSpan(8, 16).CopyTo(to[8..]);
        ReadControl(_control.AsSpan(0, (int)Math.Min(_header.ControlLength, _control.Length)), to);
        _data.AsSpan(0, length).CopyTo(to[HeaderBytes..]);
        return HeaderBytes + length;
    }

    private static void ReadControl(ReadOnlySpan<byte> control, Span<byte> to)
    {
        while (control.Length >= ControlHeaderBytes)
        {
            long length = BitConverter.ToInt64(control);
            if (length < ControlHeaderBytes || length > control.Length) return;
            ReadOnlySpan<byte> value = control[ControlHeaderBytes..(int)length];
            if (BitConverter.ToInt32(control[8..]) == SocketNumbers.Ip6Level)
            {
                int type = BitConverter.ToInt32(control[12..]);
                if (type == SocketNumbers.Ip6HopLimit && value.Length >= 4) to[7] = value[0];
                if (type == SocketNumbers.Ip6PacketInfo && value.Length >= 16) value[..16].CopyTo(to[24..]);
            }

            control = control[(int)Math.Min((length + 7) & ~7, control.Length)..];
        }
    }
}
