using System.Globalization;
using System.Net;
using Appliance.Proxy.Interop;
using SocketAddress = Appliance.Proxy.Interop.SocketAddress;

namespace Appliance.Proxy.Listeners;

/// <summary>
/// Listening sockets that an earlier process of ours left open, so that no client was refused in between. Owns each until it is taken. One
/// thread.
/// </summary>
internal sealed class InheritedSockets(IReadOnlyDictionary<string, int> sockets)
{
    private readonly Dictionary<string, int> _left = new(sockets);

    /// <summary>The name of a loop's socket on an address, stable over restarts; no ':', which systemd refuses in names.</summary>
    internal static string NameOf(IPEndPoint address, int loop) =>
        string.Create(CultureInfo.InvariantCulture, $"tcp/{address.ToString().Replace(':', ';')}/{loop}");

    /// <summary>Hands over a socket to its new owner.</summary>
    /// <returns>The descriptor; -1: there is none, or what is there is something else.</returns>
    internal int Take(IPEndPoint address, int loop)
    {
        if (!_left.Remove(NameOf(address, loop), out int descriptor)) return -1;
        if (Descriptors.TryCloseOnExec(descriptor) && IsBoundTo(descriptor, address)) return descriptor;
        _ = Libc.Close(descriptor);
        return -1;
    }

    /// <summary>Closes what nobody wanted.</summary>
    internal void CloseRest()
    {
        foreach (int descriptor in _left.Values) _ = Libc.Close(descriptor);
        _left.Clear();
    }

    private static bool IsBoundTo(int descriptor, IPEndPoint address)
    {
        SocketAddress wanted = SocketAddress.From(address);
        try
        {
            SocketAddress local = Sockets.LocalAddress(descriptor);
            return local.Bytes[..local.Length].SequenceEqual(wanted.Bytes[..wanted.Length]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // not a socket
        }
    }
}
