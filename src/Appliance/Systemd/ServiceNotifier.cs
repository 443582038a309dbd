using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Appliance.Interop;

namespace Appliance.Systemd;

/// <summary>
/// The sending half of sd_notify(3) and sd_pid_notify_with_fds(3): datagrams of `KEY=value` lines to the socket that systemd names in NOTIFY_SOCKET. Without that
/// variable every call does nothing. Thread-safe: each message is one datagram.
/// </summary>
internal sealed class ServiceNotifier : IDisposable
{
    private const int StoreTimeoutMs = 1000;

    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _target;
    private long _failures;

    private ServiceNotifier(string? address)
    {
        if (string.IsNullOrEmpty(address) || address[0] is not ('/' or '@')) return;

        // systemd writes '@' for the zero byte that starts an abstract address (unix(7)).
        _target = new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address);
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    }

    /// <summary>Messages that systemd could not be given: its queue was full or its socket gone.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    public static ServiceNotifier FromEnvironment(Func<string, string?> environment) => new(environment("NOTIFY_SOCKET"));

    public void Ready(string status) => Send($"READY=1\nSTATUS={OneLine(status)}");

    /// <summary>CLOCK_MONOTONIC in microseconds goes along: notify-reload units demand it (systemd 253), others ignore it.</summary>
    public void Reloading(long monotonicNs) =>
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={monotonicNs / 1000}\nSTATUS=Reloading"));

    public void Stopping(string status) => Send($"STOPPING=1\nSTATUS={OneLine(status)}");

    public void Status(string status) => Send($"STATUS={OneLine(status)}");

    public void Watchdog() => Send("WATCHDOG=1");

    /// <summary>Gives systemd a descriptor to keep for the next process of this unit.</summary>
    /// <param name="name">What it is passed back as; printable ASCII without ':'.</param>
    /// <param name="descriptor">Stays open here.</param>
    /// <returns>False: there is no systemd, or it could not be told.</returns>
    public bool Store(string name, int descriptor) => SendReliably($"FDSTORE=1\nFDNAME={OneLine(name)}", descriptor);

    /// <summary>Has systemd close what it keeps under a name.</summary>
    /// <returns>False: there is no systemd, or it could not be told.</returns>
    public bool Remove(string name) => SendReliably($"FDSTOREREMOVE=1\nFDNAME={OneLine(name)}", descriptor: -1);

    public void Dispose() => _socket?.Dispose();

    /// <summary>A line break would let a text, such as a file name in an error, pass for another key.</summary>
    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\0', ' ');

    /// <summary>A status that is lost is replaced by the next; a descriptor is not, so this waits while systemd's queue is full.</summary>
    private bool SendReliably(string message, int descriptor)
    {
        if (_target is null) return false;
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = StoreTimeoutMs };
            socket.Connect(_target);
            byte[] bytes = Encoding.UTF8.GetBytes(message);
            if (descriptor >= 0) DescriptorMessage.Send(socket, bytes, descriptor);
            else socket.Send(bytes);
            return true;
        }
        catch (Win32Exception)
        {
            // SocketException is one, too. The next update tries again.
            Interlocked.Increment(ref _failures);
            return false;
        }
    }

    private void Send(string message)
    {
        if (_socket is null || _target is null) return;
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(message), SocketFlags.None, _target);
        }
        catch (SocketException)
        {
            // The service goes on without its supervisor's ear; a watchdog that misses pings acts by itself.
            Interlocked.Increment(ref _failures);
        }
    }
}
