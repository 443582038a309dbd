// Invariants
// - Buffers, addresses and control bytes live on the frame of the call that passes them, or are held by `fixed` for its length.
// - Control bytes are laid out as struct cmsghdr (16 bytes on 64-bit Linux) and in_pktinfo or in6_pktinfo; InteropLayoutTests hold the numbers.
using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>Datagram sockets: opened, connected, and received from and sent to with the address of our own that the client used.</summary>
internal static unsafe class Datagrams
{
    /// <summary>sizeof(struct cmsghdr).</summary>
    internal const int ControlHeader = 16;

    /// <summary>CMSG_SPACE(sizeof(struct in6_pktinfo)), the larger one.</summary>
    internal const int ControlSpace = 40;

    /// <summary>sizeof(struct in_pktinfo).</summary>
    internal const int PacketInfo4 = 12;

    /// <summary>sizeof(struct in6_pktinfo).</summary>
    internal const int PacketInfo6 = 20;

    private const int SpecifiedDestinationOffset = ControlHeader + 4;
    private const int InterfaceOffset6 = ControlHeader + 16;

    /// <summary>Room for bursts: a listener's queue is emptied once in a turn of the loop.</summary>
    private const int ReceiveBufferBytes = 1 << 20;

    /// <summary>Opens a bound datagram socket that reports to which of our addresses a datagram was sent.</summary>
    /// <exception cref="Win32Exception">The kernel's reason.</exception>
    internal static int Open(in SocketAddress address, bool shared)
    {
        int descriptor = Libc.Socket(address.Family, Linux.SockDatagram | Linux.SockNonBlock | Linux.SockCloseOnExec, 0);
        if (descriptor < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        int error = Configure(descriptor, address.Family, shared);
        SocketAddress local = address;
        // SAFETY: `local` lives on this frame.
        fixed (byte* bytes = local.Bytes)
        {
            if (error == 0 && Libc.Bind(descriptor, bytes, local.Length) < 0) error = Marshal.GetLastPInvokeError();
        }

        if (error == 0) return descriptor;
        _ = Libc.Close(descriptor);
        throw new Win32Exception(error);
    }

    /// <summary>Opens a socket that sends to one address and hears only that one, and its ICMP errors.</summary>
    /// <returns>The descriptor, or the negated error number.</returns>
    internal static int Connect(in SocketAddress remote)
    {
        int descriptor = Libc.Socket(remote.Family, Linux.SockDatagram | Linux.SockNonBlock | Linux.SockCloseOnExec, 0);
        if (descriptor < 0) return -Marshal.GetLastPInvokeError();
        SocketAddress address = remote;
        // SAFETY: `address` lives on this frame.
        fixed (byte* bytes = address.Bytes)
        {
            if (Libc.Connect(descriptor, bytes, address.Length) == 0) return descriptor;
        }

        int error = Marshal.GetLastPInvokeError();
        _ = Libc.Close(descriptor);
        return -error;
    }

    /// <summary>Receives one datagram.</summary>
    /// <param name="descriptor">A socket of <see cref="Open"/>.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="client">Who sent it.</param>
    /// <param name="local">To which of our addresses.</param>
    /// <param name="truncated">It was longer than the buffer.</param>
    /// <returns>Its length, or the negated error number.</returns>
    internal static int Receive(int descriptor, Span<byte> buffer, out SocketAddress client, out LocalAddress local, out bool truncated)
    {
        client = default;
        local = default;
        byte* control = stackalloc byte[ControlSpace];
        // SAFETY: the kernel writes at most the lengths given: the buffer's, sockaddr_storage's, the control space's.
        fixed (byte* bytes = buffer)
        fixed (byte* name = client.Bytes)
        {
            var vector = new IoVector { Base = bytes, Length = (nuint)buffer.Length };
            var message = new MessageHeader
            {
                Name = name,
                NameLength = SocketAddress.Capacity,
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = ControlSpace,
            };
            nint received = Libc.ReceiveMessage(descriptor, &message, 0);
            truncated = received >= 0 && (message.Flags & Linux.MsgTruncated) != 0;
            if (received < 0) return -Marshal.GetLastPInvokeError();
            client.Length = (int)message.NameLength;
            if ((message.Flags & Linux.MsgControlTruncated) == 0) local = ReadLocal(new ReadOnlySpan<byte>(control, (int)message.ControlLength));
            return (int)received;
        }
    }

    /// <summary>Sends one datagram from the given address of ours.</summary>
    /// <returns>0, or the error number.</returns>
    internal static int Send(int descriptor, ReadOnlySpan<byte> bytes, in SocketAddress client, in LocalAddress local)
    {
        byte* control = stackalloc byte[ControlSpace];
        SocketAddress to = client;
        // SAFETY: everything lives on this frame or is held for the length of the call; the kernel only reads.
        fixed (byte* data = bytes)
        fixed (byte* name = to.Bytes)
        {
            var vector = new IoVector { Base = data, Length = (nuint)bytes.Length };
            int length = WriteLocal(new Span<byte>(control, ControlSpace), local);
            var message = new MessageHeader
            {
                Name = name,
                NameLength = (uint)to.Length,
                Vectors = &vector,
                VectorCount = 1,
                Control = control,
                ControlLength = (nuint)length,
            };
            return Libc.SendMessage(descriptor, &message, Linux.MsgNoSignal) >= 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>Sends one datagram on a connected socket.</summary>
    /// <returns>0, or the error number: also that of an earlier datagram, by ICMP.</returns>
    internal static int Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        // SAFETY: held for the length of the call.
        fixed (byte* data = bytes)
        {
            return (int)Math.Max(0, -HotCalls.Send(descriptor, data, bytes.Length));
        }
    }

    /// <summary>Receives one datagram on a connected socket.</summary>
    /// <returns>Its length, or the negated error number.</returns>
    internal static int Receive(int descriptor, Span<byte> buffer)
    {
        // SAFETY: the kernel writes at most the buffer's length.
        fixed (byte* bytes = buffer)
        {
            return (int)HotCalls.Receive(descriptor, bytes, buffer.Length);
        }
    }

    private static LocalAddress ReadLocal(ReadOnlySpan<byte> control)
    {
        if (control.Length < ControlHeader) return default;
        int level = BinaryPrimitives.ReadInt32LittleEndian(control[8..]), type = BinaryPrimitives.ReadInt32LittleEndian(control[12..]);
        if (level == Linux.IpProtoIp && type == Linux.IpPacketInfo && control.Length >= ControlHeader + PacketInfo4)
        {
            return LocalAddress.FromIPv4(control.Slice(SpecifiedDestinationOffset, 4));
        }

        if (level != Linux.IpProtoIpv6 || type != Linux.Ipv6PacketInfo || control.Length < ControlHeader + PacketInfo6) return default;
        return LocalAddress.FromIPv6(control.Slice(ControlHeader, 16), BinaryPrimitives.ReadInt32LittleEndian(control[InterfaceOffset6..]));
    }

    /// <summary>The interface is left to the routes, but for a link-local address, which means nothing without it.</summary>
    private static int WriteLocal(Span<byte> control, in LocalAddress local)
    {
        if (local.Family == 0) return 0;
        control.Clear();
        bool four = local.Family == Linux.AfInet;
        int length = ControlHeader + (four ? PacketInfo4 : PacketInfo6);
        BinaryPrimitives.WriteInt64LittleEndian(control, length);
        BinaryPrimitives.WriteInt32LittleEndian(control[8..], four ? Linux.IpProtoIp : Linux.IpProtoIpv6);
        BinaryPrimitives.WriteInt32LittleEndian(control[12..], four ? Linux.IpPacketInfo : Linux.Ipv6PacketInfo);
        local.CopyTo(control[(four ? SpecifiedDestinationOffset : ControlHeader)..]);
        if (!four) BinaryPrimitives.WriteInt32LittleEndian(control[InterfaceOffset6..], local.LinkLocalInterface);
        return (length + 7) & ~7;
    }

    private static int Configure(int descriptor, int family, bool shared)
    {
        _ = SocketOptions.Set(descriptor, Linux.SolSocket, Linux.SoReceiveBuffer, ReceiveBufferBytes);
        int error = shared ? SocketOptions.Set(descriptor, Linux.SolSocket, Linux.SoReusePort, 1) : 0;
        if (error != 0) return error;
        if (family == Linux.AfInet)
        {
            error = SocketOptions.Set(descriptor, Linux.IpProtoIp, Linux.IpFreeBind, 1);
            return error != 0 ? error : SocketOptions.Set(descriptor, Linux.IpProtoIp, Linux.IpPacketInfo, 1);
        }

        error = SocketOptions.Set(descriptor, Linux.IpProtoIpv6, Linux.Ipv6V6Only, 0);
        if (error == 0) error = SocketOptions.Set(descriptor, Linux.IpProtoIpv6, Linux.Ipv6FreeBind, 1);
        return error != 0 ? error : SocketOptions.Set(descriptor, Linux.IpProtoIpv6, Linux.Ipv6ReceivePacketInfo, 1);
    }
}
