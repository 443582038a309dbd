using System.Buffers.Binary;
using Appliance.Limiter;

namespace Appliance.Proxy.Interop;

/// <summary>The address of ours to which a datagram was sent, and from which its answers must come. Default: unknown, the kernel chooses.</summary>
internal readonly record struct LocalAddress
{
    private const int LinkLocalBits = 10;
    private const ushort LinkLocalPrefix = 0xfe80;

    private LocalAddress(int family, UInt128 bits, int linkLocalInterface)
    {
        Family = family;
        Bits = bits;
        LinkLocalInterface = linkLocalInterface;
    }

    /// <summary>AF_INET or AF_INET6 (also for mapped IPv4); 0: unknown.</summary>
    internal int Family { get; }

    /// <summary>In host order; an IPv4 address in the lowest 32 bits.</summary>
    internal UInt128 Bits { get; }

    /// <summary>For fe80::/10; 0 otherwise.</summary>
    internal int LinkLocalInterface { get; }

    internal static LocalAddress FromIPv4(ReadOnlySpan<byte> octets) => new(Linux.AfInet, BinaryPrimitives.ReadUInt32BigEndian(octets), 0);

    internal static LocalAddress FromIPv6(ReadOnlySpan<byte> octets, int interfaceIndex)
    {
        UInt128 bits = BinaryPrimitives.ReadUInt128BigEndian(octets);
        bool linkLocal = (bits >> (128 - LinkLocalBits)) == LinkLocalPrefix >> (16 - LinkLocalBits);
        return new(Linux.AfInet6, bits, linkLocal ? interfaceIndex : 0);
    }

    /// <summary>As the rest of the daemon compares addresses; null: unknown.</summary>
    internal ClientAddress? ToClientAddress()
    {
        if (Family == 0) return null;
        if (Family == Linux.AfInet) return ClientAddress.FromIPv4((uint)Bits);
        Span<byte> octets = stackalloc byte[16];
        CopyTo(octets);
        return ClientAddress.FromIPv6(octets);
    }

    /// <summary>Writes the octets in network order.</summary>
    internal void CopyTo(Span<byte> destination)
    {
        if (Family == Linux.AfInet) BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Bits);
        else BinaryPrimitives.WriteUInt128BigEndian(destination, Bits);
    }
}
