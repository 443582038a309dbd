// Invariants
// - Owned by one loop from accept/connect to close; the descriptor is closed exactly once, in Close, which also frees slot, timer, blocks.
// - Tls, once set, is the only one that reads and writes the descriptor, and is freed with it.
// - After Close no member touches the descriptor (it is -1), and late events find another generation in the loop.
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Appliance.Limiter;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Tls;

namespace Appliance.Proxy.Transport;

/// <summary>A stream socket on a loop, as a duplex pipe.</summary>
internal sealed class Connection : LoopSource, IDuplexPipe, IValueTaskSource<bool>
{
    private const int LingerMs = 2000;
    private const uint ReadEvents = Linux.EpollIn | Linux.EpollReadHangUp | Linux.EpollEdge;

    private readonly DeadlineTimer _timer;
    private LoopSignal _connecting;
    private bool _writeShut;
    private bool _lingering;
    private bool _abortive;
    private bool _watched;
    private bool _watchesWritable;
    private Action? _discardMore;
    private bool _handshaking;
    private bool _finWaits;
    private bool _writesFirst;

    /// <summary>Takes over an accepted socket.</summary>
    internal Connection(EventLoop loop, int descriptor, in SocketAddress remote)
        : base(loop)
    {
        Descriptor = descriptor;
        Remote = Client = remote;
        Reader = new ConnectionReader(this);
        Writer = new ConnectionWriter(this);
        _timer = new DeadlineTimer(this);
    }

    /// <summary>The receiving half.</summary>
    internal ConnectionReader Reader { get; }

    /// <summary>The sending half.</summary>
    internal ConnectionWriter Writer { get; }

    PipeReader IDuplexPipe.Input => Reader;

    PipeWriter IDuplexPipe.Output => Writer;

    /// <summary>The peer.</summary>
    internal SocketAddress Remote { get; }

    /// <summary>Whom the connection is for: the peer, or the client that a trusted proxy named in front of it.</summary>
    internal SocketAddress Client { get; set; }

    /// <summary>The IP address of <see cref="Client"/>.</summary>
    internal ClientAddress ClientAddress => Client.ToClientAddress();

    /// <summary>Our own IP address on this connection: for an accepted one the address that the client chose.</summary>
    internal ClientAddress LocalAddress => Sockets.LocalAddress(Descriptor).ToClientAddress();

    /// <summary>The TLS that the bytes go through; null: none, they go to the socket.</summary>
    internal TlsSession? Tls { get; private set; }

    /// <summary>True when the peer speaks TLS with us.</summary>
    internal bool IsSecure => Tls is not null;

    /// <summary>
    /// True while the bytes may pass inside the kernel: not behind TLS, whose bytes this process must see, nor under a limit of bytes per second,
    /// which the reader and the writer keep.
    /// </summary>
    internal bool CanSplice { get => field && Tls is null && Throttle is null; set; } = true;

    /// <summary>What went wrong, the first time something did.</summary>
    internal ConnectionError Error { get; private set; }

    /// <summary>Told of what no waiting operation notices.</summary>
    internal IConnectionOwner? Owner { get; set; }

    /// <summary>Its place in the listener's admission, given back at close; null: not admitted by limits.</summary>
    internal ClientLease? Lease { get; set; }

    /// <summary>The lease, when the client's bytes are limited; null: they go as they come.</summary>
    internal ClientLease? Throttle { get; set; }

    /// <summary>Called once when the connection is closed.</summary>
    internal Action<Connection>? Closed { get; set; }

    /// <summary>True after <see cref="Close"/>.</summary>
    internal bool IsClosed => Descriptor < 0;

    /// <summary>Begins to connect; the result says whether it is established. <see cref="Error"/> says why not.</summary>
    internal static unsafe ValueTask<bool> ConnectAsync(EventLoop loop, in SocketAddress remote, long deadlineNs, out Connection connection)
    {
        int descriptor = Libc.Socket(remote.Family, Linux.SockStream | Linux.SockNonBlock | Linux.SockCloseOnExec, 0);
        connection = new Connection(loop, descriptor, remote);
        if (descriptor < 0)
        {
            connection.MarkError(ConnectionError.Unreachable);
            return new(false);
        }

        SocketOptions.SetNoDelay(descriptor);
        try
        {
            connection._watched = connection._watchesWritable = true;
            loop.Register(connection, ReadEvents | Linux.EpollOut);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No memory or watches left in the kernel: as good as unreachable, and counted as such.
            connection.MarkError(ConnectionError.Unreachable);
            return new(false);
        }

        SocketAddress address = remote;
        // SAFETY: the address lives on this frame for the length of the call.
        fixed (byte* bytes = address.Bytes)
        {
            if (Libc.Connect(descriptor, bytes, address.Length) == 0) return new(true);
        }

        int error = Marshal.GetLastPInvokeError();
        if (error != Linux.ErrInProgress)
        {
            connection.MarkError(Classify(error));
            return new(false);
        }

        short token = connection._connecting.Begin();
        connection.ArmTimer(deadlineNs);
        connection._connectDeadlineNs = deadlineNs;
        return new(connection, token);
    }

    private long _connectDeadlineNs = long.MaxValue;

    /// <summary>
    /// Gives an accepted socket to the loop. Its first bytes are mostly there already, so the first read asks the kernel without waiting for an
    /// event; and a connection that brings one request and is closed with its answer needs none at all. So it is put into the epoll set when it
    /// first waits for the kernel, or after a few turns, so that a client which goes away is noticed while a server takes its time.
    /// </summary>
    internal void Attach()
    {
        Loop.Adopt(this);
        Loop.WatchSoon(this);
        Reader.ExpectBytes();
    }

    /// <summary>From now on the kernel reports what happens to the socket. When it refuses, the connection is aborted.</summary>
    internal void EnsureWatched()
    {
        if (_watched || IsClosed) return;
        _watched = true;
        // Not for writing yet: it can be written, and an event that says so would only cost.
        if (!Loop.TryWatch(this, _watchesWritable ? ReadEvents | Linux.EpollOut : ReadEvents)) Abort(ConnectionError.Unreachable);
    }

    /// <summary>
    /// Answers a client's TLS handshake, before anything is read; the result says whether it is complete. <see cref="Error"/> says why not, and
    /// <see cref="TlsSession.Failure"/> in words; the caller closes the connection then.
    /// </summary>
    internal ValueTask<bool> StartTlsServerAsync(TlsServerContext context, long deadlineNs) =>
        IsClosed ? new(false) : HandshakeAsync(TlsSession.Accept(this, context), deadlineNs);

    /// <summary>Makes a TLS handshake with a server, before anything is written; the result as of <see cref="StartTlsServerAsync"/>.</summary>
    internal ValueTask<bool> StartTlsClientAsync(TlsTarget target, long deadlineNs) =>
        IsClosed ? new(false) : HandshakeAsync(TlsSession.Connect(this, target), deadlineNs);

    /// <summary>The socket is full: from now on the kernel says when it has room.</summary>
    internal void WatchWritable()
    {
        if (_watchesWritable) return;
        _watchesWritable = true;
        if (_watched) Loop.Modify(this, ReadEvents | Linux.EpollOut);
        else EnsureWatched();
    }

    /// <summary>FIN, once, after close_notify if there is TLS; reading goes on.</summary>
    internal void ShutdownWrite()
    {
        if (_writeShut || IsClosed) return;
        _writeShut = true;
        FinishWriting();
    }

    /// <summary>Ends both halves at once: whatever waits completes with an end; the descriptor stays until <see cref="Close"/>.</summary>
    internal void Abort(ConnectionError error)
    {
        MarkError(error);
        _abortive = true;
        if (_connecting.IsPending)
        {
            _connecting.Complete();
            return;
        }

        Reader.End();
        Writer.End();
    }

    /// <summary>Closes the socket. RST instead of FIN after an abort, so that a broken answer is never taken for a complete one.</summary>
    internal void Close()
    {
        if (IsClosed) return;
        // An answer of which a part was put off and is not taken must not look whole.
        if (!_abortive) _abortive = !Writer.SendOwed();
        if (_abortive) SocketOptions.SetAbortiveClose(Descriptor);
        else if (Tls is { HasUnsent: false } tls && !_handshaking && Writer.UnflushedBytes == 0) _ = tls.SendCloseNotify();
        Loop.Timers.Cancel(_timer);
        Loop.Release(this);
        _ = Libc.Close(Descriptor);
        Descriptor = -1;
        Reader.DropBuffer();
        Writer.End();
        Tls?.Dispose();
        Lease?.Release();
        Closed?.Invoke(this);
    }

    /// <summary>
    /// Sends FIN, then discards what still arrives for up to two seconds before closing: a close with unread bytes makes the kernel send RST,
    /// which may overtake the answer on its way (RFC 9112 section 9.6).
    /// </summary>
    internal void CloseAfterLinger()
    {
        if (IsClosed) return;
        // After an abort not even a FIN: whoever sees one before the RST takes a torn answer for a whole one.
        if (Error != ConnectionError.None || Reader.Ended)
        {
            Close();
            return;
        }

        ShutdownWrite();
        _lingering = true;
        Owner = null;
        ArmTimer(Loop.NowNs + LingerMs * 1_000_000L);
        Discard();
    }

    /// <inheritdoc/>
    internal override void OnEvents(uint events)
    {
        if (_connecting.IsPending)
        {
            if (_handshaking) ContinueHandshake(events);
            else FinishConnect(events);
            return;
        }

        bool gone = (events & (Linux.EpollError | Linux.EpollHangUp)) != 0;
        // The client is gone and can load nobody any more: what is left of it is not held up.
        if (gone) Throttle = null;
        if ((events & (Linux.EpollIn | Linux.EpollReadHangUp)) != 0 || gone)
        {
            bool unattended = !Reader.IsWaiting;
            Reader.OnReadable(gone || (events & Linux.EpollReadHangUp) != 0);
            if (IsClosed) return;
            if (_lingering) Discard();
            // A reset that comes with the last bytes is no other event: who has read them, and now waits for somebody else, has to be told of it here.
            else if (unattended || (gone && !Reader.IsWaiting)) Owner?.OnUnattended(this, (events & Linux.EpollReadHangUp) != 0, gone);
        }

        if (IsClosed || (events & Linux.EpollOut) == 0 && !gone && Tls is not { WriteWantsRead: true }) return;
        Writer.OnWritable();
        if (_finWaits && !IsClosed) FinishWriting();
    }

    /// <summary>Goes on as after an event: the socket has more than its share of one turn.</summary>
    internal void Resume()
    {
        if (!IsClosed) OnEvents(Linux.EpollIn);
    }

    /// <inheritdoc/>
    internal override void CloseNow()
    {
        if (IsClosed) return;
        Abort(ConnectionError.Aborted);
        Close();
    }

    /// <summary>The client's bytes may move again: what waits goes on.</summary>
    internal void OnPauseOver()
    {
        if (IsClosed) return;
        if (_lingering)
        {
            Discard();
            return;
        }

        // Whichever comes first may use up what there is: they take turns, so that neither direction starves.
        _writesFirst = !_writesFirst;
        if (_writesFirst) Writer.OnWritable();
        if (!IsClosed) Reader.OnReadable(peerFinished: false);
        if (!IsClosed && !_writesFirst) Writer.OnWritable();
    }

    /// <summary>Files the timer no later than the given time.</summary>
    internal void ArmTimer(long deadlineNs)
    {
        if (deadlineNs < _timer.DeadlineNs) Loop.Timers.Arm(_timer, deadlineNs);
    }

    /// <summary>Remembers the first error.</summary>
    internal void MarkError(ConnectionError error)
    {
        if (Error == ConnectionError.None) Error = error;
    }

    /// <summary>A time limit passed.</summary>
    internal void MarkTimedOut() => MarkError(ConnectionError.TimedOut);

    /// <summary>
    /// The limit did not apply after all, because bytes moved the other way: the connection goes on, and a later error is noticed as such.
    /// </summary>
    internal void ForgetTimeout()
    {
        if (Error == ConnectionError.TimedOut) Error = ConnectionError.None;
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _connecting.Consume(token);
        return Error == ConnectionError.None;
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _connecting.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _connecting.OnCompleted(continuation, state, token);

    private ValueTask<bool> HandshakeAsync(TlsSession? session, long deadlineNs)
    {
        if (session is null) MarkError(ConnectionError.TlsFailed);
        if (session is null || Error != ConnectionError.None)
        {
            session?.Dispose();
            return new(false);
        }

        Tls = session;
        Reader.Secure(session);
        Writer.Secure(session);
        _handshaking = true;
        short token = _connecting.Begin();
        EnsureWatched();
        _connectDeadlineNs = deadlineNs;
        ArmTimer(deadlineNs);
        ContinueHandshake(0);
        return new(this, token);
    }

    private void ContinueHandshake(uint events)
    {
        bool gone = (events & (Linux.EpollError | Linux.EpollHangUp)) != 0;
        if ((events & (Linux.EpollIn | Linux.EpollReadHangUp)) != 0 || gone) Reader.OnReadable(gone || (events & Linux.EpollReadHangUp) != 0);
        if ((events & Linux.EpollOut) != 0) _ = Tls!.Drain();
        int state = Tls!.Handshake();
        if (state == TlsSession.WouldBlock) return;
        if (state < 0) MarkError(ConnectionError.TlsFailed);
        else _handshaking = false;
        // What came behind the last message of the handshake has been received with it.
        Reader.ExpectBytes();
        _connectDeadlineNs = long.MaxValue;
        _connecting.Complete();
    }

    /// <summary>Sends FIN once everything before it is with the kernel: what was put off, then close_notify.</summary>
    private void FinishWriting()
    {
        bool sent = Writer.SendOwed();
        if (sent && Tls is { } tls) sent = tls.SendCloseNotify();
        _finWaits = !sent;
        if (sent) _ = Libc.Shutdown(Descriptor, Linux.ShutWrite);
    }

    private void FinishConnect(uint events)
    {
        if ((events & (Linux.EpollOut | Linux.EpollError | Linux.EpollHangUp)) == 0) return;
        int error = SocketOptions.TakeError(Descriptor);
        if (error != 0) MarkError(Classify(error));
        if ((events & (Linux.EpollIn | Linux.EpollReadHangUp)) != 0) Reader.OnReadable((events & Linux.EpollReadHangUp) != 0);
        _connectDeadlineNs = long.MaxValue;
        _connecting.Complete();
    }

    private void Discard()
    {
        while (Reader.TryRead(out ReadResult result))
        {
            Reader.AdvanceTo(result.Buffer.End);
            if (!result.IsCompleted && Error == ConnectionError.None) continue;
            Close();
            return;
        }

        Reader.DropBuffer();
        EnsureWatched();
        if (Reader.IsOverdrawn) Loop.Post(_discardMore ??= () =>
        {
            if (!IsClosed) Discard();
        });
    }

    private void OnTimer(long nowNs)
    {
        if (_lingering)
        {
            Close();
            return;
        }

        if (_connecting.IsPending && _connectDeadlineNs <= nowNs)
        {
            MarkTimedOut();
            _connecting.Complete();
            return;
        }

        _ = Reader.OnDeadline(nowNs);
        if (!IsClosed) _ = Writer.OnDeadline(nowNs);
        if (IsClosed) return;
        // The operation that armed the timer is over; one that waits now may have a later deadline.
        long next = Math.Min(Reader.IsWaiting ? Reader.DeadlineNs : long.MaxValue, Writer.DeadlineNs);
        if (_connecting.IsPending) next = Math.Min(next, _connectDeadlineNs);
        if (next != long.MaxValue) ArmTimer(next);
    }

    private static ConnectionError Classify(int error) => error switch
    {
        Linux.ErrConnectionRefused => ConnectionError.Refused,
        Linux.ErrTimedOut => ConnectionError.TimedOut,
        _ => ConnectionError.Unreachable,
    };

    private sealed class DeadlineTimer(Connection connection) : LoopTimer
    {
        internal override void OnDeadline(long nowNs) => connection.OnTimer(nowNs);
    }
}
