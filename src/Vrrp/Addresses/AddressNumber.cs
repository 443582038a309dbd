using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Appliance.Vrrp.Addresses;

/// <summary>
/// Addresses as numbers: IPv6 is all 128 bits, IPv4 is zero-extended. Nothing is lost by that, since ::/96 holds no host that could be
/// configured here.
/// </summary>
internal static class AddressNumber
{
    public const int Ip4Bytes = 4;
    public const int Ip6Bytes = 16;

    /// <summary>Bits of the prefix that virtual link-local addresses get.</summary>
    public const int LinkLocalPrefix = 64;

    public static bool IsIp6(UInt128 number) => number > uint.MaxValue;

    /// <summary>fe80::/10.</summary>
    public static bool IsLinkLocal(UInt128 number) => (ulong)(number >> 118) == 0xfe80 >> 6;

    /// <summary>ff00::/8.</summary>
    public static bool IsMulticast(UInt128 number) => (ulong)(number >> 120) == 0xff;

    /// <summary>fe80::200:5eff:fe00:2VV, which follows from the virtual router's MAC (RFC 9568 section 7.3, RFC 4291 appendix A).</summary>
    public static UInt128 VirtualLinkLocal(byte routerId) => new(0xfe80_0000_0000_0000, 0x0200_5eff_fe00_0200 | (ulong)routerId);

    /// <summary>The group where a host listens for questions about this address (RFC 4291 section 2.7.1).</summary>
    public static UInt128 SolicitedNode(UInt128 asked) => new(0xff02_0000_0000_0000, 0x0000_0001_ff00_0000 | ((ulong)asked & 0xff_ffff));

    /// <summary>0: neither family.</summary>
    public static UInt128 Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[Ip6Bytes];
        return address.TryWriteBytes(bytes, out int length) ? Read(bytes[..length]) : 0;
    }

    /// <summary>Network order; 4 or 16 bytes, else 0.</summary>
    public static UInt128 Read(ReadOnlySpan<byte> from) => from.Length switch
    {
        Ip4Bytes => BinaryPrimitives.ReadUInt32BigEndian(from),
        Ip6Bytes => BinaryPrimitives.ReadUInt128BigEndian(from),
        _ => 0,
    };

    /// <summary>Network order.</summary>
    /// <returns>4 or 16.</returns>
    public static int Write(Span<byte> to, UInt128 number)
    {
        if (IsIp6(number)) BinaryPrimitives.WriteUInt128BigEndian(to, number);
        else BinaryPrimitives.WriteUInt32BigEndian(to, (uint)number);
        return IsIp6(number) ? Ip6Bytes : Ip4Bytes;
    }

    /// <summary>For people.</summary>
    public static string Text(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[Ip6Bytes];
        return new IPAddress(bytes[..Write(bytes, number)]).ToString();
    }

    /// <summary>One that a single host can have.</summary>
    public static bool IsHost(IPAddress address)
    {
        UInt128 number = Of(address);
        if (address.AddressFamily == AddressFamily.InterNetwork) return (uint)number >> 24 is > 0 and < 224;
        return address.AddressFamily == AddressFamily.InterNetworkV6 && IsIp6(number) && !IsMulticast(number) && !address.IsIPv4MappedToIPv6 && address.ScopeId == 0;
    }
}
