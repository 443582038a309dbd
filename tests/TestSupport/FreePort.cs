using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TestSupport;

/// <summary>
/// Ports for what binds them later. They lie below the range from which the kernel takes those that nobody chose: no client's own end and no
/// socket of another test can have one in the meantime.
/// </summary>
public static class FreePort
{
    private const int Lowest = 10_000;

    private static readonly int Count = FirstEphemeral() - Lowest;

    /// <summary>Projects that run at once begin at different places.</summary>
    private static int _next = Random.Shared.Next(Count);

    /// <summary>A port that is free for TCP and UDP on all addresses, and is given once in this process.</summary>
    public static int Take()
    {
        for (int tries = 0; tries < Count; tries++)
        {
            int port = Lowest + (int)((uint)Interlocked.Increment(ref _next) % Count);
            if (CanBind(SocketType.Stream, port) && CanBind(SocketType.Dgram, port)) return port;
        }

        throw new InvalidOperationException($"no port from {Lowest} on is free");
    }

    private static bool CanBind(SocketType type, int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, type, ProtocolType.Unspecified);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    private static int FirstEphemeral()
    {
        string range = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range");
        int first = int.Parse(range.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
        return first >= Lowest + 1000 ? first : throw new InvalidOperationException($"the kernel's own ports begin at {first}: none is left for tests");
    }
}
