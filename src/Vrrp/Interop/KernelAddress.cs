// Invariants: layouts of sockaddr_in (16 bytes), sockaddr_in6 (28), sockaddr_ll (20), sockaddr_nl (12), ip_mreqn (12), ipv6_mreq (20);
// family and indexes in host order, port and addresses in network order.
using System.Buffers.Binary;
using Appliance.Vrrp.Addresses;

namespace Appliance.Vrrp.Interop;

/// <summary>Addresses as the kernel wants them.</summary>
internal static class KernelAddress
{
    /// <param name="address">As a number; its size decides the family.</param>
    /// <param name="port">0 for raw sockets.</param>
    /// <param name="scope">Interface of a link-local address; 0 for others.</param>
    public static byte[] Internet(UInt128 address, int port, int scope = 0)
    {
        bool ip6 = AddressNumber.IsIp6(address);
        byte[] to = new byte[ip6 ? 28 : 16];
        BitConverter.TryWriteBytes(to, (ushort)(ip6 ? SocketNumbers.Ip6 : SocketNumbers.Ip4));
        BinaryPrimitives.WriteUInt16BigEndian(to.AsSpan(2), (ushort)port);
        AddressNumber.Write(to.AsSpan(ip6 ? 8 : 4), address);
        if (ip6) BitConverter.TryWriteBytes(to.AsSpan(24), scope);
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

    public static byte[] Membership6(UInt128 group, int interfaceIndex)
    {
        byte[] to = new byte[20];
        BinaryPrimitives.WriteUInt128BigEndian(to, group);
        BitConverter.TryWriteBytes(to.AsSpan(16), interfaceIndex);
        return to;
    }
}
