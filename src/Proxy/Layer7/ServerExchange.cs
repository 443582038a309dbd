using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// One attempt to have a request answered by one server: sends head and body, reads the response and relays it, both directions at once.
/// Part of an exchange, used for one attempt after the other.
/// </summary>
internal sealed class ServerExchange(HttpExchange exchange)
{
    /// <summary>Interim responses relayed before the server is taken for broken.</summary>
    private const int InterimLimit = 32;

    private Connection _client = null!;
    private ProxyConnection _owner = null!;
    private ListenerSnapshot _snapshot = null!;
    private Connection? _server;
    private RelayEnd _bodyEnd;
    private HttpError _error;
    private long _deadlineNs;
    private int _interim;
    private bool _headComplete;
    private bool _keepClient;
    private bool _keepServer;

    /// <summary>What went wrong when the outcome is Failed.</summary>
    internal HttpError Failure { get; private set; }

    /// <summary>The status that went to the client; 0 if none did.</summary>
    internal int Status { get; private set; }

    /// <summary>What the attempt says about the server; of an upgraded connection it has been reported already.</summary>
    internal ServerOutcome ServerOutcome { get; private set; }

    /// <summary>After a failure: nothing has gone to the client, and the whole request is still there to be sent again.</summary>
    internal bool IsRepeatable => _interim == 0 && (!Request.HasBody || exchange.Body.IsHeld);

    private RequestHead Request => exchange.Request;

    private ResponseHead Response => exchange.Response;

    /// <summary>Sends the request's head, which the caller has queued, and sees the exchange through. The server connection is given back.</summary>
    /// <param name="connection">The server connection with the head queued on its writer.</param>
    /// <param name="owner">Whose request it is.</param>
    /// <param name="snapshot">Time limits.</param>
    /// <param name="deadlineNs">By when the response's head must be there; monotonic.</param>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    internal async ValueTask<ExchangeOutcome> RunAsync(
        ServerConnection connection, ProxyConnection owner, ListenerSnapshot snapshot, long deadlineNs)
    {
        Begin(connection, owner, snapshot, deadlineNs);
        Connection server = connection.Connection;
        long received = server.Reader.TotalBytes;
        bool hasBody = Request.HasBody;
        ValueTask<RelayEnd> body = default;
        if (hasBody) body = SendBodyAsync(server);
        else if (!server.Writer.TryFlushSoon()) await server.Writer.FlushAsync();

        while (!ExamineHead(server))
        {
            if (_headComplete)
            {
                if (!await RelayInterimAsync(server)) _error = HttpError.UpstreamClosed;
                continue;
            }

            long sent = server.Writer.TotalBytes;
            ReadResult read = await server.Reader.ReadAsync();
            NoteRead(server, read, sent);
        }

        RelayEnd end = RelayEnd.Cancelled;
        bool tryOther = _error == HttpError.None && IsRepeatable && exchange.Tries.PrefersOther(Response.Status);
        if (_error == HttpError.None && !tryOther)
        {
            Status = Response.Status;
            exchange.Record.OnResponse(server.Loop.NowNs);
            _keepClient = Request.KeepAlive && !_owner.IsEnding && (!hasBody || body.IsCompleted);
            // A tunnel may last for hours; that it stands is all the breaker wants to know.
            if (Status == 101) connection.Holder.Report(ServerOutcome.Good);
            end = await RelayResponseAsync(server);
        }

        if (hasBody)
        {
            // An answer may come before the request is through; what is left of it is of no use to anybody then.
            if (!body.IsCompleted) StopBody(server);
            _bodyEnd = await body;
            _keepClient &= _bodyEnd == RelayEnd.Complete;
            _keepServer &= _bodyEnd == RelayEnd.Complete;
        }

        // Not when it was the client's body that failed: that we gave the server up for it says nothing of the server.
        bool unseen = connection.IsReused && server.Reader.TotalBytes == received && _error == HttpError.UpstreamClosed && !IsClients(_bodyEnd);
        GiveBack(connection, end);
        if (tryOther) return PassOn();
        return Finish(connection, end, unseen && Request.IsIdempotent && IsRepeatable);
    }

    /// <summary>The client has reset: the server's side is given up too.</summary>
    internal void Abandon() => _server?.Abort(ConnectionError.Aborted);

    private void Begin(ServerConnection connection, ProxyConnection owner, ListenerSnapshot snapshot, long deadlineNs)
    {
        _owner = owner;
        _client = owner.Client;
        _snapshot = snapshot;
        _deadlineNs = deadlineNs;
        _server = connection.Connection;
        _bodyEnd = RelayEnd.Complete;
        _keepClient = _keepServer = _headComplete = false;
        _interim = 0;
        _error = Failure = HttpError.None;
        Status = 0;
        ServerOutcome = ServerOutcome.Unknown;
        Response.Reset();
        _server.Writer.TimeoutNs = _client.Writer.TimeoutNs = snapshot.Timeouts.Response;
    }

    /// <summary>Looks at what has arrived of the response's head. True when the final head is complete or the exchange has failed.</summary>
    private bool ExamineHead(Connection server)
    {
        if (_error != HttpError.None) return true;
        if (_headComplete)
        {
            // An interim response has been relayed: the next one begins.
            _headComplete = false;
            Response.Reset();
        }

        HeadProgress progress = server.Reader.Unread > 0 ? Response.Parse(server.Reader.UnreadSpan) : HeadProgress.Incomplete;
        if (progress == HeadProgress.Complete)
        {
            _headComplete = true;
            if (!Response.IsInterim) _error = Response.Status == 101 && Request.UpgradeField < 0 ? HttpError.UpstreamBadResponse : HttpError.None;
            else if (++_interim > InterimLimit) _error = HttpError.UpstreamBadResponse;
            return !Response.IsInterim || _error != HttpError.None;
        }

        if (progress == HeadProgress.Refused) _error = HttpError.UpstreamBadResponse;
        else if (server.Reader.Ended) _error = HttpError.UpstreamClosed;
        if (_error != HttpError.None) return true;
        server.Reader.Advance(0);
        server.Reader.DeadlineNs = Math.Min(_deadlineNs, server.Loop.NowNs + _snapshot.Timeouts.Response);
        return false;
    }

    private void NoteRead(Connection server, ReadResult read, long sentBefore)
    {
        if (!read.IsCanceled)
        {
            bool broken = server.Error is not (ConnectionError.None or ConnectionError.TimedOut) && server.Reader.Unread == 0;
            if (broken) _error = HttpError.UpstreamClosed;
            return;
        }

        // While the request's body is on its way the server need not speak; a body that stalls has its own limit, and its own blame.
        bool late = !Request.HasBody || server.Loop.NowNs >= _deadlineNs || (server.Writer.TotalBytes == sentBefore && !_client.Reader.IsWaiting);
        if (late) _error = HttpError.UpstreamTimeout;
        else server.ForgetTimeout();
    }

    private void GiveBack(ServerConnection connection, RelayEnd end)
    {
        _server = null;
        Connection server = connection.Connection;
        if (_keepServer && end == RelayEnd.Complete && server.Reader.Unread == 0 && !server.Reader.Ended && server.Writer.IsSent) connection.Server.Park(connection);
        else connection.Server.Discard(connection);
    }

    /// <summary>The answer was thrown away for that of another server.</summary>
    private ExchangeOutcome PassOn()
    {
        ServerOutcome = ServerOutcomes.OfStatus(Response.Status);
        return ExchangeOutcome.PassedOn;
    }

    private ExchangeOutcome Finish(ServerConnection connection, RelayEnd end, bool repeatable)
    {
        if (_client.Error is not (ConnectionError.None or ConnectionError.TimedOut)) return ExchangeOutcome.Ended;
        if (_error == HttpError.None)
        {
            // The client's part in a torn answer is not the server's fault.
            bool own = end is RelayEnd.SourceClosed or RelayEnd.SourceBad or RelayEnd.SourceTimedOut;
            ServerOutcome = own ? ServerOutcome.Failed : end == RelayEnd.Complete ? ServerOutcomes.OfStatus(Status) : ServerOutcome.Unknown;
            return FinishAnswered(end);
        }

        if (repeatable) return ExchangeOutcome.NotBegun;
        if (_bodyEnd == RelayEnd.SourceClosed) return ExchangeOutcome.Ended;
        Failure = _bodyEnd switch
        {
            RelayEnd.SourceBad => HttpError.BadChunk,
            RelayEnd.SourceTooLarge => HttpError.BodyTooLarge,
            RelayEnd.SourceTimedOut => HttpError.RequestTimeout,
            _ => _error,
        };
        if (Failure == _error)
        {
            ServerOutcome = ServerOutcome.Failed;
            connection.Server.CountFailure();
        }

        return ExchangeOutcome.Failed;
    }

    private ExchangeOutcome FinishAnswered(RelayEnd end)
    {
        if (end == RelayEnd.Complete) return _keepClient ? ExchangeOutcome.Answered : ExchangeOutcome.Ended;
        // The head is out, the body is torn: RST, so that nobody takes it for whole.
        _client.Abort(ConnectionError.Aborted);
        return ExchangeOutcome.Ended;
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<RelayEnd> SendBodyAsync(Connection server)
    {
        RelayEnd end = await exchange.Body.SendAsync(server);
        // The server must not take what came so far for the whole, and whoever waits for its answer must not wait on.
        if (IsClients(end))
        {
            _bodyEnd = end;
            server.Abort(ConnectionError.Aborted);
        }

        return end;
    }

    /// <summary>The body failed on the client's side.</summary>
    private static bool IsClients(RelayEnd end) =>
        end is RelayEnd.SourceClosed or RelayEnd.SourceBad or RelayEnd.SourceTooLarge or RelayEnd.SourceTimedOut;

    private void StopBody(Connection server)
    {
        if (_client.Reader.IsWaiting) _client.Reader.CancelPendingRead();
        else server.Writer.CancelPendingFlush();
    }

    /// <summary>100, 103 and the like go to the client at once; an HTTP/1.0 client does not know them (RFC 9110 section 15.2).</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<bool> RelayInterimAsync(Connection server)
    {
        if (Request.MinorVersion == 1)
        {
            ClientResponse.Write(_client.Writer, server.Reader.UnreadSpan[..Response.Length], Response, chunked: false, default, default, null);
        }

        server.Reader.Skip(Response.Length);
        FlushResult flushed = await _client.Writer.FlushAsync();
        return !flushed.IsCompleted && !flushed.IsCanceled;
    }

    private ValueTask<RelayEnd> RelayResponseAsync(Connection server)
    {
        if (Response.Status == 101) return RelayUpgradeAsync(server);
        bool old = Request.MinorVersion == 0;
        bool noBody = Request.IsHead || Response.HasNoBody;
        bool untilClose = !noBody && !Response.Chunked && Response.ContentLength < 0;
        // To an HTTP/1.0 client a length that was announced must come.
        bool metered = exchange.IsMetered && !noBody && !(old && Response.ContentLength >= 0);
        if (metered) exchange.Meter.OnAnswer(Response, server.Reader.UnreadSpan[..Response.Length]);
        // A stream that may be cut cannot announce its length.
        bool open = Response.Chunked || untilClose || (metered && exchange.Meter.IsStream);
        bool chunked = !noBody && !old && open;
        if (old && !noBody && open) _keepClient = false;
        _keepServer = Response.KeepAlive && !untilClose;
        ReadOnlySpan<byte> connection = !_keepClient ? "Connection: close\r\n"u8 : old ? "Connection: keep-alive\r\n"u8 : default;
        ClientResponse.Write(
            _client.Writer, server.Reader.UnreadSpan[..Response.Length], Response, chunked, connection, exchange.ExtraLines,
            exchange.Route.ResponseEdits);
        server.Reader.Skip(Response.Length);
        long timeoutNs = _snapshot.Timeouts.Response;
        if (metered) return RelayMeteredAsync(server, chunked, timeoutNs);
        bool whole = noBody || (!Response.Chunked && Response.ContentLength >= 0 && Response.ContentLength <= server.Reader.Unread);
        if (whole && !_keepClient && !Request.HasBody && !_client.IsSecure) _client.Writer.EndsNow = true;
        if (whole && _keepClient && TryAnswerSoon(server, noBody ? 0 : Response.ContentLength)) return new(RelayEnd.Complete);
        if (noBody) return BodyRelay.LengthAsync(server, _client, 0, timeoutNs);
        if (untilClose) return BodyRelay.UntilCloseAsync(server, _client, chunked, timeoutNs);
        if (!Response.Chunked) return BodyRelay.LengthAsync(server, _client, Response.ContentLength, timeoutNs);
        return old ? BodyRelay.DechunkedAsync(server, _client, timeoutNs) : BodyRelay.ChunkedAsync(server, _client, timeoutNs);
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<RelayEnd> RelayMeteredAsync(Connection server, bool chunked, long timeoutNs)
    {
        RelayEnd end = await MeteredRelay.RunAsync(server, _client, Response, chunked, exchange.Meter, timeoutNs);
        // What the server goes on sending is nobody's answer.
        if (exchange.Meter.IsCut) _keepServer = false;
        return end;
    }

    /// <summary>A short answer that has arrived whole leaves with the others of this turn. False: it must be relayed.</summary>
    private bool TryAnswerSoon(Connection server, long length)
    {
        if (length > ConnectionWriter.CopyLimit) return false;
        _client.Writer.Append(server.Reader.UnreadSpan[..(int)length]);
        if (!_client.Writer.TryFlushSoon()) return false;
        server.Reader.Skip((int)length);
        return true;
    }

    /// <summary>The connection becomes a byte relay (RFC 9110 section 7.8), as for WebSocket.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<RelayEnd> RelayUpgradeAsync(Connection server)
    {
        _keepClient = _keepServer = false;
        ClientResponse.Write(
            _client.Writer, server.Reader.UnreadSpan[..Response.Length], Response, chunked: false, "Connection: upgrade\r\n"u8, default,
            exchange.Route.ResponseEdits);
        server.Reader.Skip(Response.Length);
        // The request is still unread, in case it had to be sent again: it is no part of the new protocol.
        if (Request.HasBody) exchange.Body.Release();
        else _client.Reader.Skip(Request.Length);
        await _client.Writer.FlushAsync();
        return await Tunnel.RunAsync(_client, server, _snapshot.Timeouts.Tunnel);
    }
}
