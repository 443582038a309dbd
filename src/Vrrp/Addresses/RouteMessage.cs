using System.Buffers.Binary;
using Appliance.Vrrp.Interop;

namespace Appliance.Vrrp.Addresses;

/// <summary>Writes and walks rtnetlink messages in a buffer; host byte order, four-byte alignment. Bounds-checked: the walker stops at
/// the first length that does not fit.</summary>
internal static class RouteMessage
{
    /// <param name="to">At least 128 bytes.</param>
    /// <param name="type">NewAddress or DeleteAddress.</param>
    /// <param name="flags">Besides Request and Acknowledge.</param>
    /// <param name="sequence">Comes back in the answer.</param>
    /// <param name="address">Where and what; a lifetime of 0: none given (delete).</param>
    /// <param name="routeMetric">Of the route to its network; 0: the kernel's own choice.</param>
    /// <returns>Length of the message.</returns>
    public static int WriteAddress(Span<byte> to, ushort type, ushort flags, uint sequence, in InterfaceAddress address, uint routeMetric = 0)
    {
        int length = RouteNumbers.HeaderBytes + RouteNumbers.AddressHeaderBytes;
        bool ip6 = AddressNumber.IsIp6(address.Address);
        to[..length].Clear();
        to[16] = ip6 ? (byte)SocketNumbers.Ip6 : (byte)SocketNumbers.Ip4;
        to[17] = (byte)address.PrefixLength;
        if (ip6) to[18] = RouteNumbers.NoDuplicateDetection; // a taken-over address must serve at once
        BitConverter.TryWriteBytes(to[20..], address.InterfaceIndex);
        length = AppendAddress(to, length, RouteNumbers.AttributeLocal, address.Address);
        length = AppendAddress(to, length, RouteNumbers.AttributeAddress, address.Address);
        if (address.ValidSeconds != 0) length = AppendLifetime(to, length, address.ValidSeconds, ip6);
        if (address.ValidSeconds != 0 && routeMetric != 0) length = AppendNumber(to, length, RouteNumbers.AttributeRouteMetric, routeMetric);
        WriteHeader(to, length, type, (ushort)(RouteNumbers.Request | RouteNumbers.Acknowledge | flags), sequence);
        return length;
    }

    /// <summary>Asks for one link.</summary>
    public static int WriteGetLink(Span<byte> to, uint sequence, int interfaceIndex)
    {
        const int Length = RouteNumbers.HeaderBytes + RouteNumbers.LinkHeaderBytes;
        to[..Length].Clear();
        BitConverter.TryWriteBytes(to[20..], interfaceIndex);
        WriteHeader(to, Length, RouteNumbers.GetLink, RouteNumbers.Request, sequence);
        return Length;
    }

    /// <summary>Asks for one link by its name.</summary>
    /// <param name="to">At least 64 bytes.</param>
    /// <param name="sequence">Comes back in the answer.</param>
    /// <param name="name">At most 15 bytes and the closing zero.</param>
    public static int WriteGetLink(Span<byte> to, uint sequence, ReadOnlySpan<byte> name)
    {
        int length = WriteGetLink(to, sequence, 0);
        BitConverter.TryWriteBytes(to[length..], (ushort)(4 + name.Length));
        BitConverter.TryWriteBytes(to[(length + 2)..], RouteNumbers.LinkName);
        to.Slice(length + 4, Align(name.Length)).Clear();
        name.CopyTo(to[(length + 4)..]);
        length += 4 + Align(name.Length);
        BitConverter.TryWriteBytes(to, length);
        return length;
    }

    /// <summary>Is a link message about the interface of this name, closing zero included?</summary>
    public static bool IsNamed(ReadOnlySpan<byte> message, ReadOnlySpan<byte> name)
    {
        const int Fixed = RouteNumbers.HeaderBytes + RouteNumbers.LinkHeaderBytes;
        return message.Length >= Fixed && TryFind(message[Fixed..], RouteNumbers.LinkName, out ReadOnlySpan<byte> found) && found.SequenceEqual(name);
    }

    /// <summary>Asks for all addresses of both families.</summary>
    public static int WriteDumpAddresses(Span<byte> to, uint sequence)
    {
        const int Length = RouteNumbers.HeaderBytes + RouteNumbers.AddressHeaderBytes;
        to[..Length].Clear();
        WriteHeader(to, Length, RouteNumbers.GetAddress, RouteNumbers.Request | RouteNumbers.Dump, sequence);
        return Length;
    }

    /// <summary>The next message of a buffer, header included; false at the end or where lengths lie.</summary>
    public static bool TryNext(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (rest.Length < RouteNumbers.HeaderBytes) return false;
        int length = BitConverter.ToInt32(rest);
        if (length < RouteNumbers.HeaderBytes || length > rest.Length) return false;
        message = rest[..length];
        rest = rest[Math.Min(Align(length), rest.Length)..];
        return true;
    }

    public static ushort TypeOf(ReadOnlySpan<byte> message) => BitConverter.ToUInt16(message[4..]);

    public static uint SequenceOf(ReadOnlySpan<byte> message) => BitConverter.ToUInt32(message[8..]);

    /// <summary>errno of an Error message as a positive number; 0: acknowledged.</summary>
    public static int ErrorOf(ReadOnlySpan<byte> message) => message.Length < 20 ? 0 : -BitConverter.ToInt32(message[16..]);

    public static bool TryReadAddress(ReadOnlySpan<byte> message, out InterfaceAddress address)
    {
        address = default;
        const int Fixed = RouteNumbers.HeaderBytes + RouteNumbers.AddressHeaderBytes;
        if (message.Length < Fixed || message[16] is not ((byte)SocketNumbers.Ip4 or (byte)SocketNumbers.Ip6)) return false;
        int bytes = message[16] == SocketNumbers.Ip6 ? AddressNumber.Ip6Bytes : AddressNumber.Ip4Bytes;
        address.PrefixLength = message[17];
        address.Scope = message[19];
        address.InterfaceIndex = BitConverter.ToInt32(message[20..]);
        address.ValidSeconds = RouteNumbers.Forever;
        bool found = TryFind(message[Fixed..], RouteNumbers.AttributeLocal, out ReadOnlySpan<byte> local)
            || TryFind(message[Fixed..], RouteNumbers.AttributeAddress, out local); // of IPv6 only a tunnel has the first
        if (found && local.Length == bytes) address.Address = AddressNumber.Read(local);

        if (TryFind(message[Fixed..], RouteNumbers.AttributeCacheTimes, out ReadOnlySpan<byte> times) && times.Length >= 8)
        {
            address.ValidSeconds = BitConverter.ToUInt32(times[4..]);
        }

        return address.Address != 0;
    }

    public static bool TryReadLink(ReadOnlySpan<byte> message, out InterfaceLink link)
    {
        link = default;
        const int Fixed = RouteNumbers.HeaderBytes + RouteNumbers.LinkHeaderBytes;
        if (message.Length < Fixed) return false;
        link.Ethernet = BitConverter.ToUInt16(message[18..]) == RouteNumbers.Ethernet;
        link.Index = BitConverter.ToInt32(message[20..]);
        uint flags = BitConverter.ToUInt32(message[24..]);
        const uint Both = RouteNumbers.FlagUp | RouteNumbers.FlagLowerUp;
        link.Carrier = TypeOf(message) == RouteNumbers.NewLink && (flags & Both) == Both;
        if (TryFind(message[Fixed..], RouteNumbers.LinkAddress, out ReadOnlySpan<byte> mac) && mac.Length == 6)
        {
            link.Mac = ((ulong)BinaryPrimitives.ReadUInt16BigEndian(mac) << 32) | BinaryPrimitives.ReadUInt32BigEndian(mac[2..]);
        }

        return true;
    }

    internal static bool TryFind(ReadOnlySpan<byte> attributes, ushort type, out ReadOnlySpan<byte> value)
    {
        value = default;
        while (attributes.Length >= 4)
        {
            int length = BitConverter.ToUInt16(attributes);
            if (length < 4 || length > attributes.Length) return false;
            if ((BitConverter.ToUInt16(attributes[2..]) & 0x3fff) == type)
            {
                value = attributes[4..length];
                return true;
            }

            attributes = attributes[Math.Min(Align(length), attributes.Length)..];
        }

        return false;
    }

    internal static void WriteHeader(Span<byte> to, int length, ushort type, ushort flags, uint sequence)
    {
        BitConverter.TryWriteBytes(to, length);
        BitConverter.TryWriteBytes(to[4..], type);
        BitConverter.TryWriteBytes(to[6..], flags);
        BitConverter.TryWriteBytes(to[8..], sequence);
        BitConverter.TryWriteBytes(to[12..], 0);
    }

    private static int AppendAddress(Span<byte> to, int at, ushort type, UInt128 address)
    {
        int length = 4 + AddressNumber.Write(to[(at + 4)..], address);
        BitConverter.TryWriteBytes(to[at..], (ushort)length);
        BitConverter.TryWriteBytes(to[(at + 2)..], type);
        return at + length;
    }

    private static int AppendNumber(Span<byte> to, int at, ushort type, uint number)
    {
        BitConverter.TryWriteBytes(to[at..], (ushort)8);
        BitConverter.TryWriteBytes(to[(at + 2)..], type);
        BitConverter.TryWriteBytes(to[(at + 4)..], number);
        return at + 8;
    }

    private static int AppendLifetime(Span<byte> to, int at, uint seconds, bool ip6)
    {
        // IPv4: never deprecated before it goes. IPv6: always, so that the node's own connections never start from an address that moves;
        // of IPv4 the kernel takes the first address of a network for those.
        uint preferred = ip6 ? 0 : seconds;
        BitConverter.TryWriteBytes(to[at..], (ushort)20);
        BitConverter.TryWriteBytes(to[(at + 2)..], RouteNumbers.AttributeCacheTimes);
        BitConverter.TryWriteBytes(to[(at + 4)..], preferred);
        BitConverter.TryWriteBytes(to[(at + 8)..], seconds); // valid
        to.Slice(at + 12, 8).Clear();
        return at + 20;
    }

    internal static int Align(int length) => (length + 3) & ~3;
}
