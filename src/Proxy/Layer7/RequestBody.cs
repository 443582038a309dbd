using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Appliance.Limiter.Llm;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// Sends a request's body to a server as it comes. While head and body together are small, nothing that was sent is consumed from the client's
/// reader, so that another server can be sent the same again without a copy ever having been made. Part of an exchange.
/// </summary>
internal sealed class RequestBody
{
    /// <summary>Bytes of head and body up to which a request can be sent again; below what the reader can hold in one piece.</summary>
    internal const int HoldLimit = 64 * 1024;

    private const int PieceLimit = 64 * 1024;

    /// <summary>For so long a body may begin as slowly as it likes.</summary>
    private const long RateGraceNs = 5_000_000_000;

    private const double SecondNs = 1e9;

    private Connection _client = null!;
    private RequestHead _request = null!;
    private HttpRules _rules = null!;
    private long _timeoutNs;
    private long _startNs;
    private long _stalledNs;
    private long _receivedBefore;
    private int _gone;
    private int _holdLimit;
    private bool _held;

    /// <summary>True once <see cref="Begin"/> was called for the request under way.</summary>
    internal bool IsBegun { get; private set; }

    /// <summary>True while everything that was sent can be sent again.</summary>
    internal bool IsHeld => _held;

    /// <summary>True once the head, and what was sent of the body, is gone from the reader.</summary>
    internal bool IsReleased { get; private set; }

    /// <summary>A request begins that may have no body at all.</summary>
    internal void Reset()
    {
        IsReleased = IsBegun = false;
        _gone = 0;
    }

    /// <summary>The first attempt with this request is about to begin; its head is complete and unread.</summary>
    internal void Begin(Connection client, RequestHead request, HttpRules rules, long timeoutNs)
    {
        IsBegun = true;
        _client = client;
        _request = request;
        _rules = rules;
        _timeoutNs = timeoutNs;
        _startNs = client.Loop.NowNs;
        _stalledNs = 0;
        _receivedBefore = client.Reader.TotalBytes - (client.Reader.Unread - request.Length);
        _holdLimit = HoldLimit;
        _held = request.Length < HoldLimit;
    }

    /// <summary>
    /// Shows the body to a reader before anything is sent, up to the length that it reads at all. The body stays unread in the client's reader, and
    /// is sent from there, as often as it takes.
    /// </summary>
    /// <param name="reader">Reset; finished by the caller.</param>
    /// <returns>Complete, also when the body is longer; else why it cannot be had.</returns>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    internal async ValueTask<RelayEnd> HoldAsync(LlmRequestReader reader)
    {
        _client.Reader.HoldsMuch = true;
        _held = true;
        _holdLimit = _request.Length + LlmRequestReader.MaxBodyBytes;
        var scanner = default(ChunkedScanner);
        int seen = _request.Length;
        if (_request.ExpectsContinue && _client.Reader.Unread == seen)
        {
            _client.Writer.Append("HTTP/1.1 100 Continue\r\n\r\n"u8);
            await _client.Writer.FlushAsync();
        }

        while (true)
        {
            seen += Show(reader, ref scanner, seen);
            if (scanner.IsBad) return RelayEnd.SourceBad;
            if (scanner.DataBytes > _rules.MaxBodySize) return RelayEnd.SourceTooLarge;
            if (seen >= _holdLimit || (_request.Chunked ? scanner.IsDone : seen - _request.Length >= _request.ContentLength)) return RelayEnd.Complete;
            ReadResult read = await NextAsync();
            if (BodyRelay.Ending(_client, read, seen) is { } end) return end;
        }
    }

    /// <summary>Sends the whole body; the head has been queued by the caller and leaves with its first bytes.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    internal async ValueTask<RelayEnd> SendAsync(Connection server)
    {
        _gone = _request.Length;
        if (!_held) Release();
        var scanner = default(ChunkedScanner);
        long left = _request.ContentLength;
        while (true)
        {
            ReadOnlyMemory<byte> unread = _client.Reader.UnreadMemory[_gone..];
            // A body that was held may be long: the rest waits here and not in a copy.
            if (unread.Length > PieceLimit) unread = unread[..PieceLimit];
            int take = _request.Chunked ? scanner.Pass(unread.Span) : (int)Math.Min(unread.Length, left);
            if (scanner.IsBad) return RelayEnd.SourceBad;
            if (scanner.DataBytes > _rules.MaxBodySize) return RelayEnd.SourceTooLarge;
            if (take > 0 || server.Writer.UnflushedBytes > 0)
            {
                long before = server.Loop.NowNs;
                FlushResult flushed = await server.Writer.WriteAsync(unread[..take]);
                if (flushed.IsCompleted || flushed.IsCanceled) return RelayEnd.SinkClosed;
                // What the server takes its time for is not the client's slowness.
                _stalledNs += server.Loop.NowNs - before;
                left -= take;
                _gone += take;
                if (!_held || _gone > _holdLimit) Release();
                if (_request.Chunked ? scanner.IsDone : left == 0) return RelayEnd.Complete;
                if (_client.Reader.Unread > _gone) continue;
            }

            ReadResult read = await NextAsync();
            if (BodyRelay.Ending(_client, read, _gone) is { } end) return end;
        }
    }

    /// <summary>A hash of the body as it lies here, framing and all; for telling requests apart.</summary>
    internal ulong HashHeld() => LlmRequestReader.HashOf(_client.Reader.UnreadSpan[_request.Length..]);

    /// <summary>What a client is told whose body could not be had; None: it is gone.</summary>
    internal static HttpError ErrorOf(RelayEnd end) => end switch
    {
        RelayEnd.SourceBad => HttpError.BadChunk,
        RelayEnd.SourceTooLarge => HttpError.BodyTooLarge,
        RelayEnd.SourceTimedOut => HttpError.RequestTimeout,
        _ => HttpError.None,
    };

    /// <summary>Shows the reader what lies behind the bytes seen so far; returns how many of them belong to the body.</summary>
    private int Show(LlmRequestReader reader, ref ChunkedScanner scanner, int seen)
    {
        ReadOnlySpan<byte> unread = _client.Reader.UnreadSpan[seen..];
        if (!_request.Chunked)
        {
            unread = unread[..(int)Math.Min(unread.Length, _request.ContentLength - (seen - _request.Length))];
            reader.Feed(unread);
            return unread.Length;
        }

        int passed = 0;
        while (passed < unread.Length && !scanner.IsDone && !scanner.IsBad)
        {
            ReadOnlySpan<byte> rest = unread[passed..];
            passed += scanner.Next(rest, out Range data);
            reader.Feed(rest[data]);
        }

        return passed;
    }

    /// <summary>What has been sent is consumed: it cannot be sent again.</summary>
    internal void Release()
    {
        _held = false;
        IsReleased = true;
        _client.Reader.Skip(_gone);
        _gone = 0;
    }

    private ValueTask<ReadResult> NextAsync()
    {
        _client.Reader.Advance(0);
        _client.Reader.DeadlineNs = Math.Min(_client.Loop.NowNs + _timeoutNs, RateDeadlineNs());
        return _client.Reader.ReadAsync();
    }

    /// <summary>When the next byte must be there for the average rate to hold.</summary>
    private long RateDeadlineNs()
    {
        if (_rules.MinimumBodyRate == 0) return long.MaxValue;
        double earnedNs = (_client.Reader.TotalBytes - _receivedBefore) * SecondNs / _rules.MinimumBodyRate;
        return _startNs + _stalledNs + RateGraceNs + (long)Math.Min(earnedNs, long.MaxValue / 4);
    }
}
