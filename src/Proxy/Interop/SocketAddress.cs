// Invariants
// - Storage is the 128 bytes of struct sockaddr_storage: no call here or in the kernel writes past it. A sockaddr_un path is at most 107 bytes.
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Appliance.Limiter;

namespace Appliance.Proxy.Interop;

/// <summary>A kernel socket address and its conversions. Lives on the stack or in a field; copies freely.</summary>
internal struct SocketAddress
{
    /// <summary>sizeof(struct sockaddr_storage).</summary>
    internal const int Capacity = 128;

    private Storage _storage;

    /// <summary>Bytes in use.</summary>
    internal int Length;

    /// <summary>The raw bytes, for the kernel to read or fill.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    internal Span<byte> Bytes => _storage;

    /// <summary>AF_INET, AF_INET6 or AF_UNIX.</summary>
    internal readonly int Family => BinaryPrimitives.ReadUInt16LittleEndian(((ReadOnlySpan<byte>)_storage)[..2]);

    /// <summary>From an IP or Unix socket endpoint.</summary>
    internal static SocketAddress From(EndPoint endPoint)
    {
        var address = default(SocketAddress);
        Span<byte> bytes = address.Bytes;
        if (endPoint is IPEndPoint ip)
        {
            bool four = ip.AddressFamily == AddressFamily.InterNetwork;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(four ? Linux.AfInet : Linux.AfInet6));
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)ip.Port);
            ip.Address.TryWriteBytes(bytes[(four ? 4 : 8)..], out _);
            if (!four) BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], (uint)ip.Address.ScopeId);
            address.Length = four ? 16 : 28;
            return address;
        }

        byte[] path = Encoding.UTF8.GetBytes(endPoint.ToString() ?? string.Empty);
        if (path.Length is 0 or > 107) throw new ArgumentException("a Unix socket path has 1 to 107 bytes", nameof(endPoint));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Linux.AfUnix);
        path.CopyTo(bytes[2..]);
        address.Length = path.Length + 3;
        return address;
    }

    /// <summary>From an address and a port.</summary>
    internal static SocketAddress From(ClientAddress ip, int port)
    {
        var address = default(SocketAddress);
        Span<byte> bytes = address.Bytes;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(ip.IsIPv4 ? Linux.AfInet : Linux.AfInet6));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)port);
        if (ip.IsIPv4) BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)ip.Bits);
        else BinaryPrimitives.WriteUInt128BigEndian(bytes[8..], ip.Bits);
        address.Length = ip.IsIPv4 ? 16 : 28;
        return address;
    }

    /// <summary>True for an IPv4 or IPv6 address.</summary>
    internal readonly bool IsIp => Family is Linux.AfInet or Linux.AfInet6;

    /// <summary>The IP address; default for a Unix socket.</summary>
    internal readonly ClientAddress ToClientAddress()
    {
        ReadOnlySpan<byte> bytes = _storage;
        return Family switch
        {
            Linux.AfInet => ClientAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..])),
            Linux.AfInet6 => ClientAddress.FromIPv6(bytes.Slice(8, 16)),
            _ => default,
        };
    }

    /// <summary>The port; 0 for a Unix socket.</summary>
    internal readonly int Port =>
        IsIp ? BinaryPrimitives.ReadUInt16BigEndian(((ReadOnlySpan<byte>)_storage)[2..]) : 0;

    [InlineArray(Capacity)]
    private struct Storage
    {
        private byte _first;
    }
}
