using System.ComponentModel;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Layer4;

/// <summary>
/// A udp listener's socket on one loop, with the sessions of the clients that the kernel's hash of addresses sends here. At the bound of
/// sessions the clients that have one go on, and further ones are dropped until one ends: nobody is pushed out by a flood of new sources.
/// </summary>
internal sealed class UdpSocket : LoopSource
{
    /// <summary>Datagrams taken per turn, so that a flood does not starve the connections of the loop.</summary>
    private const int Budget = 64;

    /// <summary>More than any datagram holds (65,507 bytes of IPv4, 65,527 of IPv6), so that none is cut.</summary>
    private const int BufferBytes = 65_536;

    /// <summary>Ended sessions kept for use again.</summary>
    private const int KeptSessions = 1024;

    private readonly Listener _listener;
    private readonly Dictionary<UdpSessionKey, UdpSession> _sessions = [];
    private readonly Stack<UdpSession> _ended = [];

    internal UdpSocket(EventLoop loop, Listener listener, int descriptor)
        : base(loop)
    {
        Descriptor = descriptor;
        _listener = listener;
    }

    /// <summary>Where a datagram lies while it is passed on.</summary>
    internal byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);

    internal UdpCounters Counters { get; } = new();

    internal UdpSettings Settings => _listener.Snapshot.Settings.Udp;

    private ListenerCounters Totals => _listener.Counters(Loop);

    /// <summary>Begins to receive. On the loop.</summary>
    internal void Open() => Loop.Register(this, Linux.EpollIn);

    /// <summary>No new session from now on; the socket closes with the last one. On the loop.</summary>
    internal void Drain() => CloseIfDrained();

    /// <summary>True while sessions of a removed listener keep it open. From any thread; slightly old, unless it holds the listener's lock.</summary>
    internal bool IsOpen => Descriptor >= 0;

    /// <summary>The listener is back after this socket had closed: goes on with another one. On the loop.</summary>
    /// <param name="descriptor">Bound to the same address; closed here when an earlier return has brought one already.</param>
    internal void Resume(int descriptor)
    {
        if (Descriptor >= 0)
        {
            _ = Libc.Close(descriptor);
            return;
        }

        Descriptor = descriptor;
        Open();
    }

    /// <inheritdoc/>
    internal override void OnEvents(uint events)
    {
        for (int i = 0; i < Budget && Descriptor >= 0; i++)
        {
            int length = Datagrams.Receive(Descriptor, Buffer, out SocketAddress client, out LocalAddress local, out bool truncated);
            if (length < 0) return;
            Counters.FromClients++;
            Totals.ReceivedBytes += length;
            if (truncated) Counters.CountDrop(UdpDropReason.Oversized);
            else Take(Buffer.AsSpan(0, length), client, local);
        }
    }

    /// <inheritdoc/>
    internal override void CloseNow()
    {
        if (Descriptor < 0) return;
        Loop.Release(this);
        _ = Libc.Close(Descriptor);
        Descriptor = -1;
        foreach (UdpSession session in _sessions.Values.ToArray()) session.CloseNow();
    }

    /// <summary>Sends an answer from the address that the client spoke to.</summary>
    internal void SendTo(in SocketAddress client, in LocalAddress local, ReadOnlySpan<byte> datagram)
    {
        int error = Datagrams.Send(Descriptor, datagram, client, local);
        if (error != 0)
        {
            Counters.CountDrop(error == Linux.ErrMessageTooLong ? UdpDropReason.Oversized : UdpDropReason.Resources);
            return;
        }

        Counters.ToClients++;
        Totals.SentBytes += datagram.Length;
    }

    /// <summary>A session has closed.</summary>
    internal void OnEnded(UdpSession session)
    {
        _sessions.Remove(session.Key);
        Totals.Active--;
        _listener.LeaveSession();
        if (_ended.Count < KeptSessions) _ended.Push(session);
        CloseIfDrained();
    }

    private void CloseIfDrained()
    {
        if (!_listener.IsClosed || _sessions.Count > 0) return;
        lock (_listener.Ending)
        {
            // It may have been asked for again in the meantime.
            if (_listener.IsClosed) CloseNow();
        }
    }

    private void Take(ReadOnlySpan<byte> datagram, in SocketAddress client, in LocalAddress local)
    {
        var key = new UdpSessionKey(client.ToClientAddress(), client.Port, local);
        if (!_sessions.TryGetValue(key, out UdpSession? session))
        {
            session = Begin(key, client, out UdpDropReason refusal);
            if (session is null)
            {
                Counters.CountDrop(refusal);
                return;
            }
        }

        session.Forward(datagram);
    }

    private UdpSession? Begin(in UdpSessionKey key, in SocketAddress client, out UdpDropReason refusal)
    {
        refusal = UdpDropReason.Draining;
        if (_listener.IsClosed) return null;
        refusal = UdpDropReason.Sessions;
        if (!_listener.TryEnterSession(Settings.MaximumSessions)) return null;
        AdmissionRule rule = _listener.AdmitSession(Loop, key.Client, out AdmissionGate? gate, out int slot);
        if (rule == AdmissionRule.None)
        {
            if (Connect(key, client, (gate, slot), out refusal) is { } session) return session;
            gate?.ReleaseClient(slot);
            gate?.Leave();
        }
        else
        {
            refusal = UdpDropReason.Admission;
        }

        _listener.LeaveSession();
        return null;
    }

    /// <summary>Each server once, in the pool's order. Connecting a datagram socket sends nothing: it fails only for want of a route.</summary>
    private UdpSession? Connect(in UdpSessionKey key, in SocketAddress client, (AdmissionGate? Gate, int Slot) admitted, out UdpDropReason refusal)
    {
        refusal = UdpDropReason.NoServer;
        LoopPool pool = _listener.Snapshot.Pool!.On(Loop);
        ulong tried = 0;
        while (pool.Next(tried, pool.KeyOf(key.Client)) is { } server)
        {
            tried |= server.Mask;
            int descriptor = Datagrams.Connect(server.Address);
            if (descriptor < 0)
            {
                refusal = UdpDropReason.Resources;
                bool ours = -descriptor is Linux.ErrTooManyFiles or Linux.ErrFileTableFull or Linux.ErrNoBuffers or Linux.ErrNoMemory;
                server.Conclude(ours ? ServerOutcome.Unknown : ServerOutcome.Failed);
                if (ours) return null;
                refusal = UdpDropReason.NoServer;
                server.OnSessionRefused(ConnectionError.Unreachable);
                continue;
            }

            if (TryBegin(key, client, server, descriptor, admitted) is { } session) return session;
            server.Conclude(ServerOutcome.Unknown);
            refusal = UdpDropReason.Resources;
            return null;
        }

        return null;
    }

    private UdpSession? TryBegin(
        in UdpSessionKey key, in SocketAddress client, LoopServer server, int descriptor, (AdmissionGate? Gate, int Slot) admitted)
    {
        UdpSession session = _ended.Count > 0 ? _ended.Pop() : new UdpSession(this);
        try
        {
            session.Begin(key, client, server, descriptor, admitted);
        }
        catch (Win32Exception)
        {
            // No memory or watches left in the kernel; counted by the caller.
            _ = Libc.Close(descriptor);
            _ended.Push(session);
            return null;
        }

        _sessions.Add(key, session);
        Totals.Accepted++;
        Totals.Active++;
        return session;
    }
}
