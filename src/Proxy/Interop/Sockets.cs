// Invariants
// - Addresses live on the caller's frame for the length of a call. A descriptor returned here has exactly one owner: the caller.
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Appliance.Proxy.Interop;

/// <summary>Opening, accepting and naming sockets.</summary>
internal static unsafe class Sockets
{
    /// <summary>Accepts one connection, non-blocking and close-on-exec.</summary>
    /// <returns>The descriptor, or the negated error number.</returns>
    internal static int Accept(int listening, out SocketAddress remote)
    {
        remote = default;
        int length = SocketAddress.Capacity;
        // SAFETY: the kernel writes at most `length` bytes.
        fixed (byte* bytes = remote.Bytes)
        {
            int accepted = Libc.Accept(listening, bytes, &length, Linux.SockNonBlock | Linux.SockCloseOnExec);
            remote.Length = length;
            return accepted >= 0 ? accepted : -Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>
    /// Opens a listening socket. IP sockets get IP_FREEBIND, so that a virtual address can be listened on before it is there, and, when
    /// asked, SO_REUSEPORT, so that every loop has its own.
    /// </summary>
    /// <param name="address">Where to listen.</param>
    /// <param name="shared">SO_REUSEPORT.</param>
    /// <param name="listen">False: only bind, to find out whether the address is free.</param>
    /// <exception cref="Win32Exception">The kernel's reason.</exception>
    internal static int Open(in SocketAddress address, bool shared, bool listen)
    {
        int descriptor = Libc.Socket(address.Family, Linux.SockStream | Linux.SockNonBlock | Linux.SockCloseOnExec, 0);
        if (descriptor < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        int error = Configure(descriptor, address.Family, shared);
        SocketAddress local = address;
        // SAFETY: `local` lives on this frame.
        fixed (byte* bytes = local.Bytes)
        {
            if (error == 0 && Libc.Bind(descriptor, bytes, local.Length) < 0) error = Marshal.GetLastPInvokeError();
        }

        if (error == 0 && listen && Libc.Listen(descriptor, 4096) < 0) error = Marshal.GetLastPInvokeError();
        if (error == 0) return descriptor;
        _ = Libc.Close(descriptor);
        throw new Win32Exception(error);
    }

    /// <summary>A socket's own address: the port that the kernel chose, or the address that a client connected to.</summary>
    internal static SocketAddress LocalAddress(int descriptor)
    {
        var local = default(SocketAddress);
        int length = SocketAddress.Capacity;
        // SAFETY: the kernel writes at most `length` bytes.
        fixed (byte* bytes = local.Bytes)
        {
            if (Libc.GetSocketName(descriptor, bytes, &length) < 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        local.Length = length;
        return local;
    }

    /// <summary>True when somebody answers on the Unix socket: then the file is not a leftover.</summary>
    internal static bool IsAlive(UnixDomainSocketEndPoint endPoint)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
            return true;
        }
        catch (SocketException)
        {
            // Refused or missing: nobody there, which is the answer.
            return false;
        }
    }

    private static int Configure(int descriptor, int family, bool shared)
    {
        if (family == Linux.AfUnix) return 0;
        int error = SocketOptions.Set(descriptor, Linux.SolSocket, Linux.SoReuseAddr, 1);
        if (error == 0 && shared) error = SocketOptions.Set(descriptor, Linux.SolSocket, Linux.SoReusePort, 1);
        if (error != 0) return error;
        // Accepted sockets inherit it from the listening one: one call less for each connection.
        SocketOptions.SetNoDelay(descriptor);
        if (family == Linux.AfInet) return SocketOptions.Set(descriptor, Linux.IpProtoIp, Linux.IpFreeBind, 1);
        // [::] means both families, as operators expect; IPv4 clients then appear mapped and are treated as IPv4.
        error = SocketOptions.Set(descriptor, Linux.IpProtoIpv6, Linux.Ipv6V6Only, 0);
        return error != 0 ? error : SocketOptions.Set(descriptor, Linux.IpProtoIpv6, Linux.Ipv6FreeBind, 1);
    }
}
