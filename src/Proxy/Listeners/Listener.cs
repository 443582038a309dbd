using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using Appliance.Limiter;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Layer4;
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
    private readonly List<UdpSocket> _datagramSockets = [];
    private volatile ListenerSnapshot _snapshot;
    private readonly MemoryBound _memory;
    private readonly SilentRefusals?[] _silent;
    private AdmissionGate? _gate;
    private volatile bool _closed;
    private int _sessions;
    private long _pauseLoggedNs = long.MinValue;

    internal Listener(ListenerSnapshot snapshot, EventLoop[] loops, MemoryBound memory, ILogger log)
    {
        _loops = loops;
        _memory = memory;
        _log = log;
        _silent = new SilentRefusals?[loops.Length];
        _snapshot = snapshot;
        ApplyAdmission(snapshot.Settings.Admission);
        _counters = [.. loops.Select(_ => new ListenerCounters())];
    }

    /// <summary>What requests that begin now are handled by. A request keeps the one it began with.</summary>
    internal ListenerSnapshot Snapshot
    {
        get => _snapshot;
        set
        {
            ApplyAdmission(value.Settings.Admission);
            _snapshot = value;
        }
    }

    /// <summary>Limits before a byte is parsed; null while there never were any. Counts survive a reload.</summary>
    internal AdmissionGate? Gate => Volatile.Read(ref _gate);

    /// <summary>Connections and sessions refused, by rule.</summary>
    internal RefusalCounters Refusals { get; } = new();

    /// <summary>True once the listener is gone from the configuration: its connections end after their request.</summary>
    internal bool IsClosed => _closed;

    /// <summary>Held while a drained datagram socket closes, and while the listener is taken back: neither happens in the middle of the other.</summary>
    internal Lock Ending { get; } = new();

    /// <summary>The bound address; a port given as 0 is the real one here.</summary>
    internal EndPoint Address { get; private set; } = new IPEndPoint(IPAddress.None, 0);

    /// <summary>The totals of one loop.</summary>
    internal ListenerCounters Counters(EventLoop loop) => _counters[loop.Number];

    /// <summary>The totals of all loops; slightly old.</summary>
    internal long Sum(Func<ListenerCounters, long> total) => _counters.Sum(total);

    /// <summary>What admission did; a copy.</summary>
    internal AdmissionStatus AdmissionStatus =>
        new(Refusals.ToArray(), Gate?.Untracked ?? 0, Gate?.Forgotten ?? 0, Gate?.Offences ?? 0);

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
            throw Failure(settings, error);
        }

        for (int i = 0; i < descriptors.Count && settings.Protocol == ListenerProtocol.Udp; i++)
        {
            var socket = new UdpSocket(_loops[i], this, descriptors[i]);
            _datagramSockets.Add(socket);
            _loops[i].Post(socket.Open);
        }

        for (int i = 0; i < descriptors.Count && settings.Protocol != ListenerProtocol.Udp; i++)
        {
            var socket = new ListenSocket(_loops[i], this, descriptors[i]);
            _sockets.Add(socket);
            _loops[i].Post(socket.Open);
        }

        ProxyLog.Listening(_log, settings.Name, Address.ToString() ?? string.Empty, ProtocolName(settings.Protocol));
    }

    /// <summary>True when it is closed, but datagram sessions keep one of its sockets at this address.</summary>
    internal bool StillHolds(EndPoint address) => _closed && Address.Equals(address) && _datagramSockets.Exists(socket => socket.IsOpen);

    /// <summary>
    /// Takes a removed udp listener back while its last sessions drain: they go on, and new ones begin. Its port cannot be bound by another
    /// listener before the last of them has ended. A socket that is still open stays the only one of its loop: to a second one, even if it lived
    /// for a moment only, the kernel would give some of the sessions' datagrams.
    /// </summary>
    /// <exception cref="ListenException">There are no descriptors; it goes on draining.</exception>
    internal void Reopen(ListenerSnapshot snapshot)
    {
        var opened = new List<(UdpSocket Socket, int Descriptor)>();
        lock (Ending)
        {
            try
            {
                foreach (UdpSocket socket in _datagramSockets.Where(socket => !socket.IsOpen))
                {
                    opened.Add((socket, Datagrams.Open(SocketAddress.From(Address), shared: true)));
                }
            }
            catch (Win32Exception error)
            {
                foreach ((_, int descriptor) in opened) _ = Libc.Close(descriptor);
                throw Failure(snapshot.Settings, error);
            }

            Snapshot = snapshot;
            _closed = false;
        }

        foreach ((UdpSocket socket, int descriptor) in opened) socket.Loop.Post(() => socket.Resume(descriptor));
        ProxyLog.Listening(_log, snapshot.Settings.Name, Address.ToString() ?? string.Empty, ProtocolName(snapshot.Settings.Protocol));
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
        foreach (ListenSocket socket in _sockets) socket.Loop.Post(() => CloseOnLoop(socket));
        foreach (UdpSocket socket in _datagramSockets) socket.Loop.Post(socket.Drain);
        if (Address is UnixDomainSocketEndPoint unix) File.Delete(unix.ToString());
        ProxyLog.ListenerClosed(_log, Snapshot.Settings.Name);
    }

    /// <summary>A connection has arrived. On its loop.</summary>
    internal void OnAccepted(EventLoop loop, int descriptor, in SocketAddress remote)
    {
        // Read once: a reload may set it between the question and the lease.
        AdmissionGate? gate = Gate;
        AdmissionRule rule = Admit(loop, gate, remote, out int slot);
        if (rule != AdmissionRule.None)
        {
            Refuse(loop, descriptor, rule);
            return;
        }

        var connection = new Connection(loop, descriptor, remote);
        if (gate is not null)
        {
            connection.Lease = new ClientLease(gate, connection);
            connection.Lease.Adopt(slot);
        }

        connection.Attach();
        ListenerCounters counters = Counters(loop);
        counters.Accepted++;
        counters.Active++;
        ListenerSnapshot snapshot = Snapshot;
        if (snapshot.NeedsOpening(remote)) _ = ConnectionOpening.RunAsync(connection, this, snapshot, _log);
        else snapshot.Handler.Accept(connection, this);
    }

    /// <summary>Takes one of the sessions that a udp listener may have over all loops.</summary>
    internal bool TryEnterSession(int most)
    {
        if (Interlocked.Increment(ref _sessions) <= most) return true;
        LeaveSession();
        return false;
    }

    internal void LeaveSession() => Interlocked.Decrement(ref _sessions);

    /// <summary>Admits a session as a connection; refusals are counted. The session gives gate and slot back.</summary>
    internal AdmissionRule AdmitSession(EventLoop loop, ClientAddress client, out AdmissionGate? gate, out int slot)
    {
        slot = -1;
        gate = Gate;
        if (gate is null) return AdmissionRule.None;
        AdmissionRule rule = AdmissionRule.ListenerConnections;
        if (gate.TryEnter())
        {
            rule = gate.TryAdmit(client, isPeer: true, loop.NowNs, out slot);
            if (rule == AdmissionRule.None) return rule;
            gate.Leave();
        }

        Refusals.Count(rule);
        return rule;
    }

    /// <summary>A udp listener's datagrams; null for other protocols. Slightly old.</summary>
    internal UdpStatus? UdpStatus => _datagramSockets.Count == 0 ? null : new UdpStatus(
        _datagramSockets.Sum(socket => socket.Counters.FromClients),
        _datagramSockets.Sum(socket => socket.Counters.ToClients),
        [.. Enum.GetValues<UdpDropReason>().Select(reason => _datagramSockets.Sum(socket => socket.Counters.Dropped((int)reason)))]);

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
        ListenerProtocol.Udp => "udp",
        _ => "local",
    };

    /// <summary>True when the peer speaks for others: its clients are told by a PROXY header and admitted after that, not by the peer's address.</summary>
    internal bool SpeaksForOthers(in SocketAddress remote) =>
        Snapshot is { Settings.ProxyProtocol: true } snapshot && snapshot.Trusted.Contains(remote.ToClientAddress());

    private AdmissionRule Admit(EventLoop loop, AdmissionGate? gate, in SocketAddress remote, out int slot)
    {
        slot = -1;
        // The operator's own way in stays open.
        if (_memory.IsReached && Snapshot.Settings.Protocol != ListenerProtocol.Local) return AdmissionRule.Memory;
        if (gate is null) return AdmissionRule.None;
        if (!gate.TryEnter()) return AdmissionRule.ListenerConnections;
        if (SpeaksForOthers(remote)) return AdmissionRule.None;
        AdmissionRule rule = gate.TryAdmit(remote.ToClientAddress(), isPeer: true, loop.NowNs, out slot);
        if (rule != AdmissionRule.None) gate.Leave();
        return rule;
    }

    private void Refuse(EventLoop loop, int descriptor, AdmissionRule rule)
    {
        Refusals.Count(rule);
        if (rule != AdmissionRule.Memory && Snapshot.Settings.Admission is { OnLimit: RefusalForm.Drop } && !_closed)
        {
            (_silent[loop.Number] ??= new SilentRefusals(loop)).Hold(descriptor);
            return;
        }

        SocketOptions.SetAbortiveClose(descriptor);
        _ = Libc.Close(descriptor);
    }

    private static ListenException Failure(ListenerSettings settings, Win32Exception error) => new(
        $"listener {settings.Name}: cannot listen on {settings.Address}: {error.Message}",
        error.NativeErrorCode is Linux.ErrAccess or Linux.ErrPerm);

    private void CloseOnLoop(ListenSocket socket)
    {
        socket.AcceptLastAndClose();
        _silent[socket.Loop.Number]?.CloseAll();
    }

    private void ApplyAdmission(AdmissionSettings? settings)
    {
        if (_gate is { } gate) gate.Apply(settings ?? new AdmissionSettings());
        else if (settings is not null) Volatile.Write(ref _gate, new AdmissionGate(settings));
    }

    private void OpenShared(IPEndPoint endPoint, InheritedSockets inherited, List<int> descriptors)
    {
        // Datagram sockets are not handed over: a session's client sends again.
        int[] taken = [.. _loops.Select(loop => Snapshot.Settings.Protocol == ListenerProtocol.Udp ? -1 : inherited.Take(endPoint, loop.Number))];
        // SO_REUSEPORT would let a second daemon of the same user share the port without a word: a plain bind finds it out first.
        bool datagrams = Snapshot.Settings.Protocol == ListenerProtocol.Udp;
        if (taken.All(descriptor => descriptor < 0))
        {
            _ = Libc.Close(datagrams
                ? Datagrams.Open(SocketAddress.From(endPoint), shared: false)
                : Sockets.Open(SocketAddress.From(endPoint), shared: false, listen: false));
        }

        descriptors.AddRange(taken.Where(descriptor => descriptor >= 0));
        while (descriptors.Count < _loops.Length)
        {
            descriptors.Add(datagrams
                ? Datagrams.Open(SocketAddress.From(endPoint), shared: true)
                : Sockets.Open(SocketAddress.From(endPoint), shared: true, listen: true));
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
