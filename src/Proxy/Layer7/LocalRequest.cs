using System.Buffers;
using Appliance.Limiter;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>The exchange that a Local handler sees: a copy of the request's head and body, and the answer so far. One per connection, reused.</summary>
internal sealed class LocalRequest(Connection client) : LocalExchange
{
    /// <summary>Bytes of the largest body accepted.</summary>
    internal const int BodyLimit = 1024 * 1024;

    private const int KeptCapacity = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _lines = new(256);
    private ArrayBufferWriter<byte> _body = new(256);
    private ArrayBufferWriter<byte> _output = new(1024);
    private byte[] _head = new byte[1024];
    private int _headLength;
    private HttpExchange? _exchange;
    private TrustedNetworks? _trusted;
    private long _nowNs;
    private string _contentType = DefaultContentType;
    private int _status = 200;

    private const string DefaultContentType = "text/plain; charset=utf-8";

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Method => _exchange!.Request.Method(HeadBytes);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Path => _exchange!.Path;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Query => _exchange!.Request.Query(HeadBytes);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Target => _exchange!.Request.Target(HeadBytes);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Body => _body.WrittenSpan;

    /// <inheritdoc/>
    public override ClientAddress Peer { get; } = client.ClientAddress;

    /// <inheritdoc/>
    public override bool PeerIsTrusted => _trusted!.Contains(Peer);

    /// <inheritdoc/>
    public override ClientAddress Client => ForwardedFor.NearestUntrusted(_exchange!.Request, HeadBytes, Peer, _trusted!, out _);

    /// <inheritdoc/>
    public override int Lane => client.Loop.Number;

    /// <inheritdoc/>
    public override long NowNs => _nowNs;

    /// <inheritdoc/>
    public override int Status
    {
        get => _status;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 200);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 599);
            _status = value;
        }
    }

    /// <inheritdoc/>
    public override string ContentType
    {
        get => _contentType;
        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, 128, nameof(value));
            if (value.AsSpan().ContainsAnyExceptInRange(' ', '~')) throw new ArgumentException("not printable ASCII", nameof(value));
            _contentType = value;
        }
    }

    /// <inheritdoc/>
    public override IBufferWriter<byte> Output => _output;

    /// <summary>Bytes of the body so far.</summary>
    internal int BodyLength => _body.WrittenCount;

    /// <summary>The answer's body.</summary>
    internal ReadOnlySpan<byte> AnswerBody => _output.WrittenSpan;

    /// <summary>The answer's further header lines.</summary>
    internal ReadOnlySpan<byte> HeaderLines => _lines.WrittenSpan;

    private ReadOnlySpan<byte> HeadBytes => _head.AsSpan(0, _headLength);

    /// <inheritdoc/>
    public override bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        _exchange!.Request.TryGet(HeadBytes, name, out value);

    /// <inheritdoc/>
    public override void AddHeaderLines(ReadOnlySpan<byte> lines)
    {
        if (!lines.IsEmpty && !lines.EndsWith("\r\n"u8)) throw new ArgumentException("each line ends in CRLF", nameof(lines));
        _lines.Write(lines);
    }

    /// <summary>Begins a request: copies its head, which leaves the read buffer.</summary>
    internal void Begin(HttpExchange exchange, ReadOnlySpan<byte> head, TrustedNetworks trusted)
    {
        _trusted = trusted;
        if (_head.Length < head.Length) _head = new byte[head.Length];
        head.CopyTo(_head);
        _headLength = head.Length;
        _exchange = exchange;
        _nowNs = client.Loop.NowNs;
        ClearAnswer();
        _body = Emptied(_body);
    }

    /// <summary>Adds to the body.</summary>
    internal void AddBody(ReadOnlySpan<byte> bytes) => _body.Write(bytes);

    /// <summary>The handler has failed: whatever it had written is replaced.</summary>
    internal void Fail()
    {
        ClearAnswer();
        _status = 500;
        _output.Write("internal error\n"u8);
    }

    private void ClearAnswer()
    {
        _status = 200;
        _contentType = DefaultContentType;
        _lines.ResetWrittenCount();
        _output = Emptied(_output);
    }

    /// <summary>One large answer must not keep its memory for the life of the connection.</summary>
    private static ArrayBufferWriter<byte> Emptied(ArrayBufferWriter<byte> writer)
    {
        if (writer.Capacity > KeptCapacity) return new ArrayBufferWriter<byte>(1024);
        writer.ResetWrittenCount();
        return writer;
    }
}
