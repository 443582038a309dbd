// Invariants
// - Belongs to the connection's loop; only CancelPendingRead and a fired CancellationToken come from elsewhere, and they hop.
// - Unread bytes are [_start, _end) of _block, always contiguous; _examined is in [_start, _end]. No block is held while nothing is
//   unread and a read waits: an idle connection costs no buffer.
// - The kernel writes only into [_end, _block.Length).
using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Appliance.Proxy.Admission;
using Appliance.Proxy.Interop;

namespace Appliance.Proxy.Transport;

/// <summary>
/// The receiving half of a connection as a PipeReader implemented on the loop: bytes go from the kernel straight into a pinned block, and
/// the awaiting handler continues inline. At most one block is held: 16 KiB, exchanged for an 80 KiB one when a message does not fit or when
/// bulk data arrives; that is the bound of the backpressure.
/// A reset does not throw: the read completes as at the end of the stream, and <see cref="Connection.Error"/> says what happened; a
/// forwarder that sees thousands of resets must not pay for thousands of exceptions.
/// </summary>
internal sealed unsafe class ConnectionReader : PipeReader, IValueTaskSource<ReadResult>
{
    /// <summary>Bytes received in one turn of the loop before its other connections have theirs.</summary>
    private const int TurnBytes = 512 * 1024;

    /// <summary>What a read that we held up has left when its time limit passed meanwhile.</summary>
    private const long AfterPauseNs = 1_000_000_000;

    private readonly Connection _connection;
    private readonly EventLoop _loop;
    private TlsSession? _tls;
    private LoopSignal _signal;
    private BufferBlock? _block;
    private int _start;
    private int _end;
    private int _examined;
    private bool _readable;
    private bool _peerFinished;
    private bool _ended;
    private bool _completed;
    private bool _cancelNext;
    private bool _bulk;
    private bool _tokenFired;
    private bool _waitOnly;
    private bool _ahead;
    private long _turn;
    private int _turnBytes;
    private Action? _resume;
    private CancellationTokenRegistration _registration;

    internal ConnectionReader(Connection connection)
    {
        _connection = connection;
        _loop = connection.Loop;
    }

    /// <summary>When a waiting read is given up: the read completes as cancelled and the connection is marked TimedOut. Monotonic ns.</summary>
    internal long DeadlineNs { get; set; } = long.MaxValue;

    /// <summary>True while a read waits for the kernel.</summary>
    internal bool IsWaiting => _signal.IsPending;

    /// <summary>Bytes received and not yet consumed.</summary>
    internal int Unread => _end - _start;

    /// <summary>The bytes received and not yet consumed; valid until the next call on the reader.</summary>
    internal ReadOnlySpan<byte> UnreadSpan => _block is { } block ? block.Span[_start.._end] : default;

    /// <summary>The same as memory.</summary>
    internal ReadOnlyMemory<byte> UnreadMemory => _block is { } block ? block.Memory[_start.._end] : default;

    /// <summary>The peer has sent FIN or is gone, and everything before it has been received.</summary>
    internal bool Ended => _ended;

    /// <summary>The kernel has announced that nothing more will come after what it holds.</summary>
    internal bool PeerFinished => _peerFinished;

    /// <summary>Bytes received since the connection was made.</summary>
    internal long TotalBytes { get; private set; }

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (TryRead(out ReadResult result)) return new(result);
        if (_readable) ResumeNextTurn();
        ReleaseIfEmpty();
        short token = _signal.Begin();
        _connection.EnsureWatched();
        if (cancellationToken.CanBeCanceled) WatchToken(cancellationToken);
        if (DeadlineNs != long.MaxValue) _connection.ArmTimer(DeadlineNs);
        return new(this, token);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (_completed) throw new InvalidOperationException("reading is not allowed after the reader was completed");
        if (_signal.IsPending) throw new InvalidOperationException("a read is already pending");
        if (_cancelNext || _end > _examined || _ended || (_readable && !IsOverdrawn && Fill()))
        {
            result = TakeResult();
            return true;
        }

        result = default;
        return false;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_block is not { } block) return;
        int start = ReferenceEquals(consumed.GetObject(), block) ? consumed.GetInteger() : _start;
        int seen = ReferenceEquals(examined.GetObject(), block) ? examined.GetInteger() : _start;
        if (start < _start || start > _end || seen < start || seen > _end)
        {
            throw new ArgumentOutOfRangeException(nameof(consumed), "the position lies outside the last result");
        }

        Consume(start, seen);
    }

    /// <summary>AdvanceTo for callers that count bytes: consumes some and examines all.</summary>
    internal void Advance(int consumedBytes) => Consume(_start + consumedBytes, _end);

    /// <summary>Consumes some and leaves the rest unexamined, so that the next read gets it at once.</summary>
    internal void Skip(int consumedBytes) => Consume(_start + consumedBytes, _start + consumedBytes);

    /// <inheritdoc/>
    public override void CancelPendingRead()
    {
        if (!_loop.IsCurrent)
        {
            _loop.Post(CancelPendingRead);
            return;
        }

        _cancelNext = true;
        if (_signal.IsPending) CompleteWait();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        _completed = true;
        DropBuffer();
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token)
    {
        _signal.Consume(token);
        if (_tokenFired)
        {
            _tokenFired = false;
            throw new OperationCanceledException(_registration.Token);
        }

        return TakeResult();
    }

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token);

    /// <summary>Waits, under the deadline, until the kernel has something, without receiving it. Nothing may be unread.</summary>
    internal ValueTask<ReadResult> WaitReadableAsync()
    {
        if (_cancelNext || _ended || _readable) return new(TakeResult());
        ReleaseIfEmpty();
        _waitOnly = true;
        short token = _signal.Begin();
        _connection.EnsureWatched();
        if (DeadlineNs != long.MaxValue) _connection.ArmTimer(DeadlineNs);
        return new(this, token);
    }

    /// <summary>Looks at what the kernel holds and leaves it there. Nothing may be unread.</summary>
    /// <returns>Bytes seen. None: the stream has ended, or (see <see cref="Ended"/>) there is nothing yet and the next wait is for more.</returns>
    internal int Peek(BufferBlock into)
    {
        int seen = (int)Judge(Receive(into, into.Length, Linux.MsgPeek));
        // Whatever comes after this look brings a new edge; a FIN that was announced already does not.
        _readable = false;
        return seen;
    }

    /// <summary>Receives exactly so many bytes that were seen by <see cref="Peek"/>, and drops them.</summary>
    internal void Drop(BufferBlock scratch, int bytes)
    {
        while (bytes > 0)
        {
            nint got = Judge(Receive(scratch, Math.Min(bytes, scratch.Length), 0));
            if (got == 0) return;
            TotalBytes += got;
            bytes -= (int)got;
        }
    }

    /// <summary>Moves what the kernel has into an empty pipe. Nothing may be unread.</summary>
    /// <returns>Bytes moved. None: as <see cref="Peek"/>.</returns>
    internal int SpliceInto(SplicePipe pipe, int maximumBytes)
    {
        nint moved = Judge(pipe.Fill(_connection.Descriptor, maximumBytes));
        TotalBytes += moved;
        _loop.Pipes.MovedBytes += moved;
        return (int)moved;
    }

    /// <summary>Draws the conclusions from what receiving said: bytes, 0 for FIN, or a negated error number.</summary>
    private nint Judge(nint result)
    {
        if (result > 0) return result;
        _readable = false;
        if (result == -Linux.ErrAgain) return 0;
        if (result < 0) _connection.MarkError(ConnectionError.Reset);
        _ended = true;
        return 0;
    }

    /// <summary>There is more to receive, but not in this turn.</summary>
    internal bool IsOverdrawn => _turnBytes >= TurnBytes && _turn == _loop.Turns;

    /// <summary>A waiting read goes on in the loop's next turn.</summary>
    private void ResumeNextTurn() => _loop.Post(_resume ??= () =>
    {
        if (_readable && !_connection.IsClosed) OnReadable(peerFinished: false);
    });

    private nint Receive(BufferBlock into, int length, int flags)
    {
        while (true)
        {
            // SAFETY: a pinned block that the caller holds, and no more than its length.
            nint received = HotCalls.Receive(_connection.Descriptor, into.Address, length, flags);
            if (received != -Linux.ErrInterrupted) return received;
        }
    }

    /// <summary>What is unread may grow to a huge block instead of a large one.</summary>
    internal bool HoldsMuch { get; set; }

    /// <summary>The next read asks the kernel at once instead of waiting for an event.</summary>
    internal void ExpectBytes() => _readable = true;

    /// <summary>From now on what arrives is decrypted.</summary>
    internal void Secure(TlsSession tls)
    {
        _tls = tls;
        if (_readable) tls.OnSocketReadable(_peerFinished);
    }

    /// <summary>
    /// Looks without waiting: true when something to read, or the end, is there. With TLS an event need not mean that: tickets and new keys come
    /// without any data.
    /// </summary>
    internal bool HasNews()
    {
        if (_ended || Unread > 0 || (_readable && Fill())) return true;
        ReleaseIfEmpty();
        return false;
    }

    /// <summary>
    /// Receives for a waiting read before its event's turn comes, which <see cref="OnReadable"/> is. A read that ends in between has the bytes, and
    /// the event then means nothing new.
    /// </summary>
    internal void ReceiveAhead(bool peerFinished)
    {
        if (!_signal.IsPending || _waitOnly || _tls is not null || _connection.Throttle is not null) return;
        _readable = true;
        _peerFinished |= peerFinished;
        _ahead = Fill();
    }

    /// <summary>The kernel has something: bytes, FIN or an error.</summary>
    internal void OnReadable(bool peerFinished)
    {
        if (_ahead)
        {
            CompleteWait();
            return;
        }

        _readable = true;
        _peerFinished |= peerFinished;
        _tls?.OnSocketReadable(peerFinished);
        if (!_signal.IsPending) return;
        if (_waitOnly || Fill()) CompleteWait();
        else ReleaseIfEmpty();
    }

    /// <summary>The connection is over: a waiting read completes as at the end of the stream.</summary>
    internal void End()
    {
        _ended = true;
        _readable = false;
        if (_signal.IsPending) CompleteWait();
    }

    /// <summary>The deadline passed: cancels a waiting read if it is its own deadline that passed.</summary>
    internal bool OnDeadline(long nowNs)
    {
        if (!_signal.IsPending || DeadlineNs > nowNs) return false;
        // Our own pause must not count against the peer.
        if (_connection.Throttle is { IsPaused: true } throttle)
        {
            DeadlineNs = throttle.PausedUntilNs + AfterPauseNs;
            return false;
        }

        _connection.MarkTimedOut();
        _cancelNext = true;
        CompleteWait();
        return true;
    }

    /// <summary>Gives the block back; what was unread is lost.</summary>
    internal void DropBuffer()
    {
        if (_block is not { } block) return;
        _block = null;
        _start = _end = _examined = 0;
        _loop.Buffers.Return(block);
    }

    private void Consume(int start, int seen)
    {
        _start = start;
        _examined = seen;
        if (_start == _end) _start = _end = _examined = 0;
    }

    /// <summary>Receives once. True when the awaiting read has something to see.</summary>
    private bool Fill()
    {
        ClientLease? throttle = _connection.Throttle;
        if (throttle is not null && throttle.IsPaused) return false;
        if (_tls is not null) return FillDecrypted(_tls, throttle);
        BufferBlock block = BlockWithRoom();
        int room = block.Length - _end;
        if (throttle is not null) room = Math.Min(room, throttle.ChunkBytes);
        while (true)
        {
            // SAFETY: [_end, Length) of a pinned block that this reader holds.
            nint received = HotCalls.Receive(_connection.Descriptor, block.Address + _end, room);
            if (received > 0)
            {
                _end += (int)received;
                TotalBytes += received;
                CountTurn((int)received);
                throttle?.Charge(received);
                // A short read has emptied the socket: the next bytes bring a new edge. Not so for a FIN that was announced already.
                if (received < room) _readable = _peerFinished;
                _bulk = received == room;
                return true;
            }

            if (received == 0)
            {
                _ended = true;
                _readable = false;
                return true;
            }

            int error = -(int)received;
            if (error == Linux.ErrInterrupted) continue;
            _readable = false;
            if (error == Linux.ErrAgain) return false;
            _connection.MarkError(ConnectionError.Reset);
            _ended = true;
            return true;
        }
    }

    private void CountTurn(int received)
    {
        if (_turn != _loop.Turns)
        {
            _turn = _loop.Turns;
            _turnBytes = 0;
        }

        _turnBytes += received;
    }

    /// <summary>Decrypts records until the socket is empty or the block full.</summary>
    private bool FillDecrypted(TlsSession tls, ClientLease? throttle)
    {
        BufferBlock block = BlockWithRoom();
        int before = _end;
        int read;
        do
        {
            // SAFETY: [_end, Length) of a pinned block that this reader holds.
            read = tls.Read(block.Address + _end, block.Length - _end);
            if (read <= 0) break;
            _end += read;
            TotalBytes += read;
            CountTurn(read);
            throttle?.Charge(read);
            _readable = tls.MayHaveMore;
        }
        while (_readable && _end < block.Length);

        _bulk = _end - before >= BufferPool.SmallSize;
        if (read > 0) return true;
        _readable = false;
        if (read == TlsSession.WouldBlock) return _end > before;
        if (_end > before)
        {
            // The end is for the next call: what came before it is whole.
            _readable = true;
            return true;
        }

        if (read == TlsSession.Broken) _connection.MarkError(ConnectionError.Reset);
        _ended = true;
        return true;
    }

    /// <summary>A block with room at its end; moves what is unread when it must.</summary>
    private BufferBlock BlockWithRoom()
    {
        if (_block is not { } block) return _block = _bulk ? _loop.Buffers.RentLarge() : _loop.Buffers.Rent();
        if (_end < block.Length) return block;
        if (_start > 0)
        {
            block.Span[_start.._end].CopyTo(block.Span);
        }
        else
        {
            int largest = HoldsMuch ? BufferPool.HugeSize : BufferPool.LargeSize;
            if (block.Length >= largest) throw new InvalidOperationException("everything was examined, nothing consumed, and the buffer is full");
            BufferBlock larger = block.Length < BufferPool.LargeSize ? _loop.Buffers.RentLarge() : _loop.Buffers.RentHuge();
            block.Span.CopyTo(larger.Span);
            _block = larger;
            _loop.Buffers.Return(block);
            return larger;
        }

        _end -= _start;
        _examined -= _start;
        _start = 0;
        return block;
    }

    private ReadResult TakeResult()
    {
        bool cancelled = _cancelNext;
        _cancelNext = false;
        ReadOnlySequence<byte> buffer = _block is { } block ? new(block, _start, block, _end) : ReadOnlySequence<byte>.Empty;
        return new ReadResult(buffer, cancelled, _ended);
    }

    private void CompleteWait()
    {
        _waitOnly = _ahead = false;
        if (_registration != default) _registration.Dispose();
        _signal.Complete();
    }

    private void WatchToken(CancellationToken cancellationToken)
    {
        short version = _signal.Version;
        _registration = cancellationToken.UnsafeRegister(
            _ => _loop.Post(() =>
            {
                if (!_signal.IsPending || _signal.Version != version) return;
                _tokenFired = true;
                _signal.Complete();
            }), null);
    }

    private void ReleaseIfEmpty()
    {
        if (_start == _end) DropBuffer();
    }
}
