// Invariants
// - Belongs to its connection's loop. _ssl is freed exactly once, in Dispose, when the connection closes; afterwards every member answers
//   Broken. Nothing here runs a continuation, so no caller closes the connection while a native frame is below it.
// - Our BIO takes whatever OpenSSL writes: what the socket does not take at once stays in _cipher, [_cipherStart, _cipherEnd), in order and
//   before everything later. So no SSL call ever has to be repeated with the same bytes, and none waits for the socket to have room.
// - _cipher is bounded by one large block: a writer stops as soon as something is left, and what OpenSSL adds by itself beyond the bound breaks
//   the connection.
using System.Runtime.InteropServices;
using Appliance.Proxy.Interop;
using Appliance.Proxy.Tls;

namespace Appliance.Proxy.Transport;

/// <summary>TLS on one connection: what lies between its reader and writer and the socket.</summary>
internal sealed unsafe class TlsSession : IDisposable
{
    /// <summary>Nothing to read until the socket has more.</summary>
    internal const int WouldBlock = -1;

    /// <summary>The peer has sent close_notify: the stream is complete.</summary>
    internal const int Finished = 0;

    /// <summary>A bad record, an alert, a reset, or FIN without close_notify: the stream is torn.</summary>
    internal const int Broken = -2;

    /// <summary>Plain bytes of the largest record.</summary>
    internal const int RecordLength = OpenSslNumbers.RecordPlainLength;

    /// <summary>More than a record of that length needs with header, tag and padding (RFC 8446 section 5.2).</summary>
    private const int CipherRecordLength = RecordLength + 512;

    /// <summary>Receives in one call: a peer that sends only records without data must not keep the loop to itself.</summary>
    private const int ReceiveBudget = 16;

    private static readonly byte[] Version12Text = "TLSv1.2"u8.ToArray();
    private static readonly byte[] Version13Text = "TLSv1.3"u8.ToArray();

    private static long _live;

    private readonly Connection _connection;
    private readonly EventLoop _loop;
    private GCHandle _self;
    private nint _ssl;
    private BufferBlock? _cipher;
    private int _cipherStart;
    private int _cipherEnd;
    private int _receivesLeft;
    private bool _corked;
    private bool _socketReadable;
    private bool _finAnnounced;
    private bool _socketEnded;
    private bool _finished;
    private bool _closeSent;
    private bool _broken;
    private ulong _errorCode;
    private string? _failure;

    private TlsSession(Connection connection)
    {
        _connection = connection;
        _loop = connection.Loop;
        _self = GCHandle.Alloc(this);
        Interlocked.Increment(ref _live);
    }

    /// <summary>Sessions that exist in the process: each holds memory outside the garbage collector's sight.</summary>
    internal static long Live => Interlocked.Read(ref _live);

    /// <summary>A server's side: certificates and rules. Null on a client's side.</summary>
    internal TlsServerContext? Server { get; private init; }

    /// <summary>A client's side: whom it connects to. Null on a server's side.</summary>
    internal TlsTarget? Target { get; private init; }

    /// <summary>Bytes wait for the socket to have room.</summary>
    internal bool HasUnsent => _cipherEnd > _cipherStart;

    /// <summary>The socket is full.</summary>
    internal bool IsBlocked => HasUnsent && !_corked;

    /// <summary>Nothing can be read or written any more.</summary>
    internal bool IsBroken => _broken;

    /// <summary>A write has to wait for bytes from the peer (a handshake message is half here).</summary>
    internal bool WriteWantsRead { get; private set; }

    /// <summary>Reading may bring something without a new event.</summary>
    internal bool MayHaveMore => _socketReadable || (_ssl != 0 && LibSsl.HasPending(_ssl) != 0);

    /// <summary>The handshake was an abbreviated one.</summary>
    internal bool IsResumed => _ssl != 0 && LibSsl.SessionReused(_ssl) != 0;

    /// <summary>The version agreed on, as the access log says it.</summary>
    internal byte[] VersionText => _ssl != 0 && LibSsl.Version(_ssl) == OpenSslNumbers.Version13 ? Version13Text : Version12Text;

    /// <summary>Why it is broken, for people.</summary>
    internal string Failure => _failure ?? (_errorCode != 0 ? OpenSslErrors.Text(_errorCode) : _socketEnded ? "the peer hung up" : "not finished");

    /// <summary>A session that answers a client; null: OpenSSL has no memory.</summary>
    internal static TlsSession? Accept(Connection connection, TlsServerContext context)
    {
        var session = new TlsSession(connection) { Server = context };
        if (!session.Begin(context.Default)) return null;
        LibSsl.SetAcceptState(session._ssl);
        return session;
    }

    /// <summary>A session that asks a server; null: OpenSSL has no memory.</summary>
    internal static TlsSession? Connect(Connection connection, TlsTarget target)
    {
        var session = new TlsSession(connection) { Target = target };
        if (!session.Begin(target.Context.Handle)) return null;
        LibSsl.SetConnectState(session._ssl);
        if (TlsCallbacks.Aim(session._ssl, target)) return session;
        session.Dispose();
        return null;
    }

    /// <summary>The socket may be read: after an event, or because nobody has asked yet.</summary>
    internal void OnSocketReadable(bool peerFinished)
    {
        _socketReadable = true;
        _finAnnounced |= peerFinished;
    }

    /// <summary>Goes on with the handshake: positive when it is complete, else <see cref="WouldBlock"/> or <see cref="Broken"/>.</summary>
    internal int Handshake()
    {
        if (_broken || _ssl == 0) return Broken;
        BeginCall();
        _corked = true;
        int result = LibSsl.DoHandshake(_ssl);
        int end = result == 1 ? 1 : Blame(result);
        _corked = false;
        // Also when it failed: the alert tells the peer why.
        _ = Drain();
        return _broken ? Broken : end;
    }

    /// <summary>Decrypts up to one record: the bytes, or <see cref="Finished"/>, <see cref="WouldBlock"/>, <see cref="Broken"/>.</summary>
    /// <param name="buffer">Pinned; filled from the front.</param>
    /// <param name="room">Bytes there, at least one.</param>
    internal int Read(byte* buffer, int room)
    {
        if (_broken || _ssl == 0) return Broken;
        if (_finished) return Finished;
        BeginCall();
        // SAFETY: the caller holds [buffer, buffer + room).
        int read = LibSsl.Read(_ssl, buffer, room);
        return read > 0 ? read : Blame(read);
    }

    /// <summary>Encrypts into one record; all of it is taken, and the caller sees by <see cref="HasUnsent"/> whether the socket is full.</summary>
    /// <param name="source">Read during the call only.</param>
    /// <param name="length">1 .. <see cref="RecordLength"/>.</param>
    /// <returns>The bytes taken; 0: none, see <see cref="WriteWantsRead"/>; <see cref="Broken"/>.</returns>
    internal int Write(byte* source, int length)
    {
        WriteWantsRead = false;
        if (_broken || _closeSent || _ssl == 0) return Broken;
        BeginCall();
        // SAFETY: the caller holds [source, source + length).
        int written = LibSsl.Write(_ssl, source, length);
        if (written > 0) return _broken ? Broken : written;
        int end = Blame(written);
        WriteWantsRead = end == WouldBlock;
        return WriteWantsRead ? 0 : Broken;
    }

    /// <summary>Collects the records that follow, for one send; ended by <see cref="Uncork"/>.</summary>
    internal void Cork() => _corked = true;

    /// <summary>True when the collected records leave no room for another.</summary>
    internal bool IsFull => _cipherEnd + CipherRecordLength > BufferPool.LargeSize;

    /// <summary>Sends what was collected. False: the socket is full or broken.</summary>
    internal bool Uncork()
    {
        _corked = false;
        return Drain();
    }

    /// <summary>Sends what waits. False: the socket is full, or the connection is broken.</summary>
    internal bool Drain()
    {
        while (HasUnsent)
        {
            // SAFETY: [_cipherStart, _cipherEnd) of a pinned block that this session holds.
            int sent = Send(_cipher!.Address + _cipherStart, _cipherEnd - _cipherStart);
            _cipherStart += sent;
            if (_broken || HasUnsent && sent == 0) return false;
        }

        DropCipher();
        return !_broken;
    }

    /// <summary>Tells the peer that nothing more comes. False: it waits for the socket to have room.</summary>
    internal bool SendCloseNotify()
    {
        if (_closeSent || _broken || _ssl == 0) return !HasUnsent;
        _closeSent = true;
        BeginCall();
        _ = LibSsl.Shutdown(_ssl);
        LibCrypto.ClearErrors();
        return !HasUnsent;
    }

    /// <summary>Keeps the reason for a failure that OpenSSL is about to report in its own words.</summary>
    internal void Explain(string reason) => _failure ??= reason;

    /// <summary>Nothing may be read or written any more.</summary>
    internal void Break(string reason)
    {
        Explain(reason);
        _broken = true;
        _socketReadable = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_self.IsAllocated) return;
        _broken = true;
        if (_ssl != 0)
        {
            LibSsl.Free(_ssl);
            _ssl = 0;
        }

        DropCipher();
        _self.Free();
        Interlocked.Decrement(ref _live);
    }

    /// <summary>For the BIO: receives from the socket unless it is known to be empty.</summary>
    internal int Receive(byte* buffer, int length)
    {
        while (_socketReadable && !_broken)
        {
            if (_receivesLeft-- == 0)
            {
                _loop.Post(_connection.Resume);
                return -1;
            }

            // SAFETY: OpenSSL's buffer of that length.
            nint received = HotCalls.Receive(_connection.Descriptor, buffer, length);
            if (received > 0)
            {
                // A short read has emptied the socket: the next bytes bring a new edge. Not so for a FIN that was announced already.
                if (received < length) _socketReadable = _finAnnounced;
                return (int)received;
            }

            int error = (int)-received;
            if (error == Linux.ErrInterrupted) continue;
            _socketReadable = false;
            _socketEnded = error != Linux.ErrAgain;
        }

        return -1;
    }

    /// <summary>For the BIO: sends, and keeps what the socket does not take.</summary>
    internal int Transmit(byte* buffer, int length)
    {
        int sent = _corked || HasUnsent ? 0 : Send(buffer, length);
        if (_broken) return -1;
        if (_corked && _cipherEnd - _cipherStart + length > BufferPool.LargeSize) _ = Drain();
        if (sent < length) Keep(new ReadOnlySpan<byte>(buffer + sent, length - sent));
        return _broken ? -1 : length;
    }

    private bool Begin(SslContextHandle context)
    {
        LibCrypto.ClearErrors();
        _ssl = LibSsl.New(context.Pointer);
        nint bio = _ssl == 0 ? 0 : TlsBio.New(_self);
        if (bio == 0)
        {
            Dispose();
            return false;
        }

        // SAFETY: the SSL takes over the one reference, for both directions.
        LibSsl.SetBio(_ssl, bio, bio);
        return true;
    }

    /// <summary>Errors of an earlier call, perhaps somebody else's on this thread, must not be taken for this one's.</summary>
    private void BeginCall()
    {
        LibCrypto.ClearErrors();
        _receivesLeft = ReceiveBudget;
    }

    private int Blame(int result)
    {
        if (_broken) return Broken;
        int error = LibSsl.GetError(_ssl, result);
        switch (error)
        {
            case OpenSslNumbers.ErrorWantRead when !_socketEnded:
                return WouldBlock;
            case OpenSslNumbers.ErrorZeroReturn:
                _finished = true;
                return Finished;
            case OpenSslNumbers.ErrorWantRead:
                Break("the peer hung up without closing TLS");
                return Broken;
            default:
                _errorCode = OpenSslErrors.Take();
                long verified = Target is { Context.Settings.Verify: false } ? OpenSslNumbers.VerifyOk : LibSsl.GetVerifyResult(_ssl);
                Break(verified == OpenSslNumbers.VerifyOk ? Failure : OpenSslErrors.VerifyText(verified));
                return Broken;
        }
    }

    private int Send(byte* buffer, int length)
    {
        while (true)
        {
            // SAFETY: the caller holds [buffer, buffer + length).
            nint sent = HotCalls.Send(_connection.Descriptor, buffer, length);
            if (sent == length) return length;
            if (sent >= 0)
            {
                _connection.WatchWritable();
                return (int)sent;
            }

            int error = (int)-sent;
            if (error == Linux.ErrInterrupted) continue;
            if (error is Linux.ErrAgain or Linux.ErrNoBuffers) _connection.WatchWritable();
            else Break("the peer hung up");
            return 0;
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        MakeRoom(bytes.Length);
        if (_broken) return;
        bytes.CopyTo(_cipher!.Span[_cipherEnd..]);
        _cipherEnd += bytes.Length;
    }

    private void MakeRoom(int length)
    {
        if (_cipher is null)
        {
            _cipher = _corked || length > BufferPool.SmallSize ? _loop.Buffers.RentLarge() : _loop.Buffers.Rent();
            _cipherStart = _cipherEnd = 0;
        }

        if (_cipherEnd + length > _cipher.Length) Compact(length);
        if (_cipher is null || _cipherEnd + length <= _cipher.Length) return;
        Break("too much unsent");
    }

    private void Compact(int length)
    {
        BufferBlock block = _cipher!;
        int unsent = _cipherEnd - _cipherStart;
        if (unsent + length > block.Length && block.Length < BufferPool.LargeSize)
        {
            BufferBlock large = _loop.Buffers.RentLarge();
            block.Span[_cipherStart.._cipherEnd].CopyTo(large.Span);
            _cipher = large;
            _loop.Buffers.Return(block);
        }
        else
        {
            block.Span[_cipherStart.._cipherEnd].CopyTo(block.Span);
        }

        _cipherStart = 0;
        _cipherEnd = unsent;
    }

    private void DropCipher()
    {
        if (_cipher is not { } block) return;
        _cipher = null;
        _cipherStart = _cipherEnd = 0;
        _loop.Buffers.Return(block);
    }
}
