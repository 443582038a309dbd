using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;
using SocketAddress = Appliance.Proxy.Interop.SocketAddress;

namespace Appliance.Proxy.Listeners;

/// <summary>
/// A listener over all loops: its sockets, its totals and the snapshot that new requests see. Opened and closed by the server's thread; the
/// rest belongs to the loops.
/// </summary>
internal sealed class Listener
{
    private readonly EventLoop[] _loops;
    private readonly ListenerCounters[] _counters;
    private readonly ILogger _log;
    private readonly List<ListenSocket> _sockets = [];
    private volatile ListenerSnapshot _snapshot;
    private volatile bool _closed;
    private long _pauseLoggedNs = long.MinValue;

    internal Listener(ListenerSnapshot snapshot, EventLoop[] loops, ILogger log)
    {
        _snapshot = snapshot;
        _loops = loops;
        _log = log;
        _counters = [.. loops.Select(_ => new ListenerCounters())];
    }

    /// <summary>What requests that begin now are handled by. A request keeps the one it began with.</summary>
    internal ListenerSnapshot Snapshot
    {
        get => _snapshot;
        set => _snapshot = value;
    }

    /// <summary>True once the listener is gone from the configuration: its connections end after their request.</summary>
    internal bool IsClosed => _closed;

    /// <summary>The bound address; a port given as 0 is the real one here.</summary>
    internal EndPoint Address { get; private set; } = new IPEndPoint(IPAddress.None, 0);

    /// <summary>The totals of one loop.</summary>
    internal ListenerCounters Counters(EventLoop loop) => _counters[loop.Number];

    /// <summary>The totals of all loops; slightly old.</summary>
    internal long Sum(Func<ListenerCounters, long> total) => _counters.Sum(total);

    /// <summary>Binds and begins to accept on every loop.</summary>
    /// <param name="inherited">Sockets that are open already.</param>
    /// <exception cref="ListenException">The address cannot be had; nothing stays bound.</exception>
    internal void Open(InheritedSockets inherited)
    {
        ListenerSettings settings = Snapshot.Settings;
        Address = settings.Address;
        var descriptors = new List<int>();
        try
        {
            if (settings.Address is UnixDomainSocketEndPoint unix) descriptors.Add(OpenUnix(unix));
            else OpenShared((IPEndPoint)settings.Address, inherited, descriptors);
        }
        catch (Win32Exception error)
        {
            foreach (int descriptor in descriptors) _ = Libc.Close(descriptor);
            throw new ListenException(
                $"listener {settings.Name}: cannot listen on {settings.Address}: {error.Message}",
                error.NativeErrorCode is Linux.ErrAccess or Linux.ErrPerm);
        }

        for (int i = 0; i < descriptors.Count; i++)
        {
            var socket = new ListenSocket(_loops[i], this, descriptors[i]);
            _sockets.Add(socket);
            _loops[i].Post(socket.Open);
        }

        ProxyLog.Listening(_log, settings.Name, Address.ToString() ?? string.Empty, ProtocolName(settings.Protocol));
    }

    /// <summary>Shows each open socket of an IP listener with its name.</summary>
    internal void Visit(Action<string, int> visit)
    {
        if (_closed || Address is not IPEndPoint address) return;
        foreach (ListenSocket socket in _sockets) visit(InheritedSockets.NameOf(address, socket.Loop.Number), socket.Descriptor);
    }

    /// <summary>Stops accepting. Connections stay.</summary>
    internal void Close()
    {
        if (_closed) return;
        _closed = true;
        foreach (ListenSocket socket in _sockets) socket.Loop.Post(socket.AcceptLastAndClose);
        if (Address is UnixDomainSocketEndPoint unix) File.Delete(unix.ToString());
        ProxyLog.ListenerClosed(_log, Snapshot.Settings.Name);
    }

    /// <summary>A connection has arrived. On its loop.</summary>
    internal void OnAccepted(EventLoop loop, int descriptor, in SocketAddress remote)
    {
        var connection = new Connection(loop, descriptor, remote);
        try
        {
            connection.Attach();
        }
        catch (Win32Exception error)
        {
            _ = Libc.Close(descriptor);
            OnAcceptPaused(error.NativeErrorCode);
            return;
        }

        ListenerCounters counters = Counters(loop);
        counters.Accepted++;
        counters.Active++;
        ListenerSnapshot snapshot = Snapshot;
        if (snapshot.NeedsOpening(remote)) _ = ConnectionOpening.RunAsync(connection, this, snapshot, _log);
        else snapshot.Handler.Accept(connection, this);
    }

    /// <summary>Accepting waits for descriptors or memory; said once a minute.</summary>
    internal void OnAcceptPaused(int error)
    {
        long nowNs = _loops[0].NowNs;
        if (nowNs - Interlocked.Read(ref _pauseLoggedNs) < 60_000_000_000 && _pauseLoggedNs != long.MinValue) return;
        Interlocked.Exchange(ref _pauseLoggedNs, nowNs);
        ProxyLog.AcceptPaused(_log, Snapshot.Settings.Name, new Win32Exception(error).Message);
    }

    /// <summary>The protocol's name as the operator writes it.</summary>
    internal static string ProtocolName(ListenerProtocol protocol) => protocol switch
    {
        ListenerProtocol.Http => "http",
        ListenerProtocol.Tcp => "tcp",
        _ => "local",
    };

    private void OpenShared(IPEndPoint endPoint, InheritedSockets inherited, List<int> descriptors)
    {
        int[] taken = [.. _loops.Select(loop => inherited.Take(endPoint, loop.Number))];

        // SO_REUSEPORT would let a second daemon of the same user share the port without a word: a plain bind finds it out first.
        if (taken.All(descriptor => descriptor < 0)) _ = Libc.Close(Sockets.Open(SocketAddress.From(endPoint), shared: false, listen: false));
        descriptors.AddRange(taken.Where(descriptor => descriptor >= 0));
        while (descriptors.Count < _loops.Length)
        {
            descriptors.Add(Sockets.Open(SocketAddress.From(endPoint), shared: true, listen: true));
            if (endPoint.Port != 0) continue;
            Address = endPoint = new IPEndPoint(endPoint.Address, Sockets.LocalAddress(descriptors[0]).Port);
        }
    }

    private static int OpenUnix(UnixDomainSocketEndPoint endPoint)
    {
        string path = endPoint.ToString();
        if (File.Exists(path) && Sockets.IsAlive(endPoint)) throw new Win32Exception(Linux.ErrAddressInUse);
        File.Delete(path);
        int descriptor = Sockets.Open(SocketAddress.From(endPoint), shared: false, listen: true);
        _ = Libc.ChangeMode(path, 0b110_110_000);
        return descriptor;
    }
}
