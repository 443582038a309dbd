// Invariants
// - Belongs to the connection's loop; only CancelPendingFlush and a fired CancellationToken come from elsewhere, and they hop.
// - Unsent bytes are [_sent, _filled) of the only block, or: [_sent, full) of _head, whole blocks between, [0, _filled) of _tail.
//   Inner blocks are filled up to their FilledLength.
// - _gathered: the loop's list holds this writer, once. _owing: what is queued has been promised by TryFlushSoon and nobody waits for it.
// - Memory given to WriteAsync is read only during the call; what the kernel does not take at once is copied.
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Transport;

/// <summary>
/// The sending half of a connection as a PipeWriter implemented on the loop. A flush tries the kernel at once and waits for the socket only
/// when it is full; it completes when everything is sent, so a slow reader holds its writer, and through it the other side's reading.
/// A broken connection does not throw: the flush completes with IsCompleted, and <see cref="Connection.Error"/> says why.
/// </summary>
internal sealed unsafe class ConnectionWriter : PipeWriter, IValueTaskSource<FlushResult>
{
    /// <summary>Bytes up to which copying into the block beats a second vector for the kernel.</summary>
    internal const int CopyLimit = 2048;

    /// <summary>Bytes up to which a flush may be put off to the end of the turn.</summary>
    private const int SoonLimit = 8192;

    private readonly Connection _connection;
    private readonly EventLoop _loop;
    private TlsSession? _tls;
    private LoopSignal _signal;
    private BufferBlock? _head;
    private BufferBlock? _tail;
    private int _sent;
    private int _filled;
    private long _queued;
    private bool _writable = true;
    private bool _broken;
    private bool _completed;
    private bool _cancelNext;
    private bool _tokenFired;
    private bool _gathered;
    private bool _owing;
    private CancellationTokenRegistration _registration;

    internal ConnectionWriter(Connection connection)
    {
        _connection = connection;
        _loop = connection.Loop;
    }

    /// <summary>How long a flush may wait without the kernel taking a byte; then it is cancelled and the connection marked TimedOut.</summary>
    internal long TimeoutNs { get; set; } = long.MaxValue;

    /// <summary>
    /// What is flushed from now on is the last: it waits in the kernel for the FIN of the close that follows at once, and leaves in one packet
    /// with it.
    /// </summary>
    internal bool EndsNow { get; set; }

    /// <summary>When the waiting flush is given up.</summary>
    internal long DeadlineNs { get; private set; } = long.MaxValue;

    /// <summary>Bytes given to the kernel since the connection was made.</summary>
    internal long TotalBytes { get; private set; }

    /// <summary>Bytes written and not dropped since the connection was made, whether the kernel has them or not.</summary>
    internal long AcceptedBytes => TotalBytes + _queued;

    /// <summary>Everything written is with the kernel.</summary>
    internal bool IsSent => _queued == 0 && _tls is not { HasUnsent: true };

    /// <summary>True while a flush waits for the socket.</summary>
    internal bool IsWaiting => _signal.IsPending;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _queued;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        BufferBlock tail = TailWithRoom(sizeHint);
        return tail.Writable[_filled..];
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        BufferBlock tail = TailWithRoom(sizeHint);
        return tail.Span[_filled..];
    }

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        if (bytes < 0 || _tail is null ? bytes != 0 : bytes > _tail!.Length - _filled)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), "more than GetSpan gave");
        }

        _filled += bytes;
        _queued += bytes;
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_completed) throw new InvalidOperationException("writing is not allowed after the writer was completed");
        cancellationToken.ThrowIfCancellationRequested();
        // From here on the caller sees to it.
        _owing = false;
        if (_queued > 0 && _writable) SendQueued();
        return IsSent || _broken || _cancelNext ? new(TakeResult()) : Wait(cancellationToken);
    }

    /// <summary>
    /// Flushes without waiting: what was written is sent with the rest of what this turn of the loop produces, in one go through the kernel's
    /// sending code, which costs less than going there once for each event. For a short message after which the peer speaks next: a failure shows
    /// at the next read or flush.
    /// </summary>
    /// <returns>False: it must be flushed, because the socket is full, the client's bytes are limited, a FIN follows, or there is too much of it.</returns>
    internal bool TryFlushSoon()
    {
        if (_queued > SoonLimit || !_writable || _broken || _cancelNext || EndsNow || _connection.Throttle is not null) return false;
        if (_queued == 0) return true;
        _owing = true;
        if (!_gathered) _loop.Gather(this);
        _gathered = true;
        return true;
    }

    /// <summary>The turn is over.</summary>
    internal void OnGathered()
    {
        _gathered = false;
        _ = SendOwed();
    }

    /// <summary>Sends what <see cref="TryFlushSoon"/> put off. False: the socket did not take all of it.</summary>
    internal bool SendOwed()
    {
        if (!_owing) return true;
        if (_queued > 0 && _writable && !_broken) SendQueued();
        _owing = !IsSent && !_broken;
        return !_owing;
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_completed) throw new InvalidOperationException("writing is not allowed after the writer was completed");
        ReadOnlySpan<byte> rest = source.Span;
        if (_tls is not null) rest = rest[SendEncrypted(_tls, rest)..];
        // Straight from the caller's memory when it is worth a vector and nothing is in the way.
        else if (rest.Length > CopyLimit && _writable && !_broken && ReferenceEquals(_head, _tail)) rest = rest[SendWith(rest)..];
        if (!_broken) Append(rest);
        return FlushAsync(cancellationToken);
    }

    /// <summary>Copies bytes to the queue without flushing.</summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Span<byte> room = GetSpan(1);
            int take = Math.Min(room.Length, bytes.Length);
            bytes[..take].CopyTo(room);
            Advance(take);
            bytes = bytes[take..];
        }
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
        if (!_loop.IsCurrent)
        {
            _loop.Post(CancelPendingFlush);
            return;
        }

        _cancelNext = true;
        if (_signal.IsPending) CompleteWait();
    }

    /// <summary>
    /// Says that nothing more will be written: sends what is queued, then FIN. When the kernel does not take it all the connection is aborted,
    /// so that nobody takes the part for the whole: flush first.
    /// </summary>
    public override void Complete(Exception? exception = null)
    {
        if (_completed) return;
        if (_queued > 0 && _writable && exception is null) SendQueued();
        _completed = true;
        bool whole = IsSent;
        DropBuffers();
        if (exception is null && whole) _connection.ShutdownWrite();
        else _connection.Abort(ConnectionError.Aborted);
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token)
    {
        _signal.Consume(token);
        if (_tokenFired)
        {
            _tokenFired = false;
            throw new OperationCanceledException(_registration.Token);
        }

        return TakeResult();
    }

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token);

    /// <summary>Broken: nothing can be sent any more.</summary>
    internal bool IsBroken => _broken;

    /// <summary>Sends what the pipe holds, as much as the kernel takes. Nothing may be queued.</summary>
    /// <returns>True: the pipe is empty. False: the socket is full (wait with <see cref="WaitRoomAsync"/>) or the connection broken.</returns>
    internal bool SpliceFrom(SplicePipe pipe)
    {
        while (pipe.Held > 0 && _writable && !_broken)
        {
            nint moved = pipe.Drain(_connection.Descriptor);
            if (moved > 0)
            {
                TotalBytes += moved;
                continue;
            }

            if (moved == -Linux.ErrAgain)
            {
                WaitForRoom();
                continue;
            }

            _connection.MarkError(ConnectionError.Reset);
            _broken = true;
        }

        return pipe.Held == 0;
    }

    /// <summary>Waits, as a flush does, until the kernel has room. Nothing may be queued.</summary>
    internal ValueTask<FlushResult> WaitRoomAsync() =>
        _writable || _broken || _cancelNext ? new(TakeResult()) : Wait(CancellationToken.None);

    /// <summary>From now on what is written is encrypted.</summary>
    internal void Secure(TlsSession tls) => _tls = tls;

    /// <summary>The kernel has room again.</summary>
    internal void OnWritable()
    {
        if (_connection.Throttle is { IsPaused: true }) return;
        _writable = _tls is null || Drained(_tls);
        if (!_signal.IsPending)
        {
            _ = SendOwed();
            return;
        }

        if (_writable) SendQueued();
        if (IsSent || _broken) CompleteWait();
        else if (_signal.IsPending) ArmDeadline();
    }

    /// <summary>The connection is over: what is queued is dropped, a waiting flush completes.</summary>
    internal void End()
    {
        _broken = true;
        DropBuffers();
        if (_signal.IsPending) CompleteWait();
    }

    /// <summary>Cancels a waiting flush whose deadline passed.</summary>
    internal bool OnDeadline(long nowNs)
    {
        if (!_signal.IsPending || DeadlineNs > nowNs) return false;
        // Our own pause must not count against the peer.
        if (_connection.Throttle is { IsPaused: true } throttle)
        {
            DeadlineNs = throttle.PausedUntilNs + TimeoutNs;
            return false;
        }

        _connection.MarkTimedOut();
        _cancelNext = true;
        CompleteWait();
        return true;
    }

    private ValueTask<FlushResult> Wait(CancellationToken cancellationToken)
    {
        short token = _signal.Begin();
        if (cancellationToken.CanBeCanceled) WatchToken(cancellationToken);
        ArmDeadline();
        return new(this, token);
    }

    private void ArmDeadline()
    {
        if (TimeoutNs == long.MaxValue) return;
        DeadlineNs = _loop.NowNs + TimeoutNs;
        _connection.ArmTimer(DeadlineNs);
    }

    private FlushResult TakeResult()
    {
        bool cancelled = _cancelNext;
        _cancelNext = false;
        return new FlushResult(cancelled, _broken);
    }

    private void CompleteWait()
    {
        DeadlineNs = long.MaxValue;
        if (_registration != default) _registration.Dispose();
        _signal.Complete();
    }

    /// <summary>Sends blocks in order until the queue is empty or the socket is full.</summary>
    private void SendQueued()
    {
        if (_tls is not null)
        {
            EncryptQueued(_tls);
            return;
        }

        while (_head is { } block && _writable && !_broken)
        {
            int end = ReferenceEquals(block, _tail) ? _filled : block.FilledLength;
            if (end > _sent)
            {
                int asked = Piece(end - _sent);
                // SAFETY: [_sent, end) of a pinned block that this writer holds.
                int taken = Result(HotCalls.Send(_connection.Descriptor, block.Address + _sent, asked, EndsNow ? Linux.MsgMore : 0), asked);
                Sent(taken);
                Charge(taken);
                if (_sent < end) continue;
            }

            DropHead();
        }
    }

    /// <summary>
    /// Encrypts what is queued and then the caller's bytes. What is queued is filled up from them first, so that a head and a short body leave in
    /// one record. Returns how many of the caller's bytes went.
    /// </summary>
    private int SendEncrypted(TlsSession tls, ReadOnlySpan<byte> source)
    {
        if (_broken) return 0;
        int taken = 0;
        if (_tail is { } tail)
        {
            taken = Math.Min(tail.Length - _filled, source.Length);
            Append(source[..taken]);
        }

        if (_queued > 0 && _writable) SendQueued();
        if (_queued > 0 || taken == source.Length) return taken;
        if (source.Length - taken > TlsSession.RecordLength) tls.Cork();
        // SAFETY: the caller's bytes are held by `fixed` while they are encrypted.
        fixed (byte* bytes = source)
        {
            while (taken < source.Length && _writable && !_broken)
            {
                taken += Encrypt(tls, bytes + taken, source.Length - taken);
            }
        }

        Uncork(tls);
        return taken;
    }

    /// <summary>Encrypts blocks in order until the queue is empty or the socket is full.</summary>
    private void EncryptQueued(TlsSession tls)
    {
        if (_queued > TlsSession.RecordLength) tls.Cork();
        while (_head is { } block && _writable && !_broken)
        {
            int end = ReferenceEquals(block, _tail) ? _filled : block.FilledLength;
            if (end > _sent)
            {
                // SAFETY: [_sent, end) of a pinned block that this writer holds.
                int taken = Encrypt(tls, block.Address + _sent, end - _sent);
                _sent += taken;
                _queued -= taken;
                if (_broken || _sent < end) continue;
            }

            DropHead();
        }

        Uncork(tls);
    }

    /// <summary>Encrypts one record; says so when the socket is full or broken.</summary>
    private int Encrypt(TlsSession tls, byte* source, int length)
    {
        int taken = tls.Write(source, Piece(Math.Min(length, TlsSession.RecordLength)));
        if (taken == TlsSession.Broken)
        {
            Break();
            return 0;
        }

        if (taken == 0 || tls.IsBlocked) _writable = false;
        else if (tls.IsFull) _writable = Drained(tls);
        TotalBytes += taken;
        Charge(taken);
        return taken;
    }

    private void Uncork(TlsSession tls)
    {
        if (!tls.Uncork()) _writable = Stopped(tls);
    }

    /// <summary>True when the socket has taken all that was encrypted.</summary>
    private bool Drained(TlsSession tls) => tls.Drain() || Stopped(tls);

    /// <summary>Notices when it is for good. Always false.</summary>
    private bool Stopped(TlsSession tls)
    {
        if (tls.IsBroken) Break();
        return false;
    }

    private void Break()
    {
        _connection.MarkError(ConnectionError.Reset);
        _broken = true;
        DropBuffers();
    }

    /// <summary>Sends what is queued (one block at most) and then the caller's bytes in one call; returns how many of the latter went.</summary>
    private int SendWith(ReadOnlySpan<byte> source)
    {
        int queued = _head is null ? 0 : _filled - _sent;
        source = source[..Piece(source.Length)];
        // SAFETY: both vectors stay where they are for the length of the call: a pinned block, and a span held by `fixed`.
        fixed (byte* bytes = source)
        {
            IoVector* vectors = stackalloc IoVector[2];
            vectors[0] = new IoVector { Base = _head is null ? null : _head.Address + _sent, Length = (nuint)queued };
            vectors[1] = new IoVector { Base = bytes, Length = (nuint)source.Length };
            var message = new MessageHeader { Vectors = queued > 0 ? vectors : vectors + 1, VectorCount = queued > 0 ? 2u : 1u };
            nint sent = Libc.SendMessage(_connection.Descriptor, &message, EndsNow ? Linux.MsgNoSignal | Linux.MsgMore : Linux.MsgNoSignal);
            int taken = Result(sent >= 0 ? sent : -Marshal.GetLastPInvokeError(), queued + source.Length);
            int ofQueue = Math.Min(taken, queued);
            Sent(ofQueue);
            if (ofQueue == queued && _head is not null) DropHead();
            TotalBytes += taken - ofQueue;
            Charge(taken);
            return taken - ofQueue;
        }
    }

    /// <summary>What may go at once when the client's bytes are limited.</summary>
    private int Piece(int bytes) => _connection.Throttle is { } throttle ? Math.Min(bytes, throttle.ChunkBytes) : bytes;

    /// <summary>Above the client's rate the socket counts as full until the pause is over.</summary>
    private void Charge(int bytes)
    {
        if (_connection.Throttle is { } throttle && throttle.Charge(bytes) > 0) _writable = false;
    }

    private void Sent(int bytes)
    {
        _sent += bytes;
        _queued -= bytes;
        TotalBytes += bytes;
    }

    /// <summary>Interprets what send(2) said; less than asked means that the socket is full.</summary>
    private int Result(nint sent, int asked)
    {
        if (sent == asked) return asked;
        if (sent >= 0)
        {
            WaitForRoom();
            return (int)sent;
        }

        int error = -(int)sent;
        if (error == Linux.ErrInterrupted) return 0;
        if (error is Linux.ErrAgain or Linux.ErrNoBuffers)
        {
            WaitForRoom();
            return 0;
        }

        Break();
        return 0;
    }

    private void WaitForRoom()
    {
        _writable = false;
        _connection.WatchWritable();
    }

    private BufferBlock TailWithRoom(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (_completed) throw new InvalidOperationException("writing is not allowed after the writer was completed");
        int need = Math.Max(1, sizeHint);
        if (_tail is { } tail)
        {
            if (tail.Length - _filled >= need) return tail;
            tail.FilledLength = _filled;
        }

        if (need > BufferPool.LargeSize) throw new ArgumentOutOfRangeException(nameof(sizeHint), "larger than the largest block");
        BufferBlock block = need > BufferPool.SmallSize ? _loop.Buffers.RentLarge() : _loop.Buffers.Rent();
        if (_tail is null) _head = block;
        else _tail.Link = block;
        _tail = block;
        _filled = 0;
        return block;
    }

    private void DropHead()
    {
        BufferBlock head = _head!;
        _head = head.Link;
        if (_head is null)
        {
            _tail = null;
            _filled = 0;
        }

        _sent = 0;
        head.Link = null;
        _loop.Buffers.Return(head);
    }

    private void DropBuffers()
    {
        while (_head is not null) DropHead();
        _queued = 0;
    }

    private void WatchToken(CancellationToken cancellationToken)
    {
        short version = _signal.Version;
        _registration = cancellationToken.UnsafeRegister(
            _ => _loop.Post(() =>
            {
                if (!_signal.IsPending || _signal.Version != version) return;
                _tokenFired = true;
                CompleteWait();
            }), null);
    }
}
