// Invariants: layouts of sockaddr_in (16 bytes), sockaddr_ll (20), sockaddr_nl (12), ip_mreqn (12); family in host order, port and
// IPv4 address in network order.
using System.Buffers.Binary;

namespace Appliance.Vrrp.Interop;

/// <summary>Addresses as the kernel wants them.</summary>
internal static class KernelAddress
{
    /// <param name="address">IPv4 in host byte order.</param>
    /// <param name="port">0 for raw sockets.</param>
    public static byte[] Internet(uint address, int port)
    {
        byte[] to = new byte[16];
        BitConverter.TryWriteBytes(to, (ushort)SocketNumbers.Ip4);
        BinaryPrimitives.WriteUInt16BigEndian(to.AsSpan(2), (ushort)port);
        BinaryPrimitives.WriteUInt32BigEndian(to.AsSpan(4), address);
        return to;
    }

    public static byte[] Link(int interfaceIndex, int etherType)
    {
        byte[] to = new byte[20];
        BitConverter.TryWriteBytes(to, (ushort)SocketNumbers.Packet);
        BinaryPrimitives.WriteUInt16BigEndian(to.AsSpan(2), (ushort)etherType);
        BitConverter.TryWriteBytes(to.AsSpan(4), interfaceIndex);
        to[11] = 6;
        to.AsSpan(12, 6).Fill(0xff);
        return to;
    }

    /// <param name="groups">Bit mask of multicast groups.</param>
    public static byte[] RouteNetlink(uint groups)
    {
        byte[] to = new byte[12];
        BitConverter.TryWriteBytes(to, (ushort)SocketNumbers.Netlink);
        BitConverter.TryWriteBytes(to.AsSpan(8), groups);
        return to;
    }

    public static byte[] Membership(uint group, uint own, int interfaceIndex)
    {
        byte[] to = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(to, group);
        BinaryPrimitives.WriteUInt32BigEndian(to.AsSpan(4), own);
        BitConverter.TryWriteBytes(to.AsSpan(8), interfaceIndex);
        return to;
    }
}
