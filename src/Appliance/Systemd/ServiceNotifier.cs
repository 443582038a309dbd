using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Systemd;

/// <summary>
/// The sending half of sd_notify(3): datagrams of `KEY=value` lines to the socket that systemd names in NOTIFY_SOCKET. Without that
/// variable every call does nothing. Thread-safe: each message is one datagram.
/// </summary>
internal sealed class ServiceNotifier : IDisposable
{
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

    public void Dispose() => _socket?.Dispose();

    /// <summary>A line break would let a text, such as a file name in an error, pass for another key.</summary>
    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\0', ' ');

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
