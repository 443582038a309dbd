using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Appliance.Proxy.Layer4;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// One attempt to have a request answered by one server: sends head and body, reads the response and relays it, both directions at once.
/// Belongs to a client connection and is used for one attempt after the other.
/// </summary>
/// <param name="client">Who asks.</param>
/// <param name="isEnding">True when the client's connection is to end after this answer; asked when the answer begins.</param>
internal sealed class ServerExchange(Connection client, Func<bool> isEnding)
{
    /// <summary>Interim responses relayed before the server is taken for broken.</summary>
    private const int InterimLimit = 32;

    private HttpExchange _exchange = null!;
    private ListenerSnapshot _snapshot = null!;
    private Connection? _server;
    private RelayEnd _bodyEnd;
    private bool _keepClient;
    private bool _keepServer;

    /// <summary>What went wrong when the outcome is Failed.</summary>
    internal HttpError Failure { get; private set; }

    /// <summary>The status that went to the client; 0 if none did.</summary>
    internal int Status { get; private set; }

    /// <summary>What the attempt says about the server; of an upgraded connection it has been reported already.</summary>
    internal ServerOutcome ServerOutcome { get; private set; }

    private RequestHead Request => _exchange.Request;

    private ResponseHead Response => _exchange.Response;

    /// <summary>Sends the request's head, which the caller has queued, and sees the exchange through. The server connection is given back.</summary>
    /// <param name="connection">The server connection with the head queued on its writer.</param>
    /// <param name="exchange">The request. Its head has been skipped if a body follows.</param>
    /// <param name="snapshot">Time limits.</param>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    internal async ValueTask<ExchangeOutcome> RunAsync(
        ServerConnection connection, HttpExchange exchange, ListenerSnapshot snapshot)
    {
        Begin(connection, exchange, snapshot);
        Connection server = connection.Connection;
        long received = server.Reader.TotalBytes;
        bool hasBody = Request.HasBody;
        ValueTask<RelayEnd> body = default;
        if (hasBody) body = SendBodyAsync(server);
        else await server.Writer.FlushAsync();

        HttpError error = await ReadResponseHeadAsync(server);
        RelayEnd end = RelayEnd.Cancelled;
        if (error == HttpError.None)
        {
            Status = Response.Status;
            exchange.Record.OnResponse(server.Loop.NowNs);
            _keepClient = Request.KeepAlive && !isEnding() && (!hasBody || body.IsCompleted);
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

        bool unseen = connection.IsReused && server.Reader.TotalBytes == received;
        return Finish(connection, error, end, unseen && !hasBody && Request.IsIdempotent);
    }

    /// <summary>The client has reset: the server's side is given up too.</summary>
    internal void Abandon() => _server?.Abort(ConnectionError.Aborted);

    private void Begin(ServerConnection connection, HttpExchange exchange, ListenerSnapshot snapshot)
    {
        _exchange = exchange;
        _snapshot = snapshot;
        _server = connection.Connection;
        _bodyEnd = RelayEnd.Complete;
        _keepClient = _keepServer = false;
        Status = 0;
        Failure = HttpError.None;
        ServerOutcome = ServerOutcome.Unknown;
        _server.Writer.TimeoutNs = client.Writer.TimeoutNs = snapshot.Timeouts.Response;
    }

    private ExchangeOutcome Finish(ServerConnection connection, HttpError error, RelayEnd end, bool repeatable)
    {
        _server = null;
        if (_keepServer && end == RelayEnd.Complete && connection.Connection.Reader.Unread == 0 && !connection.Connection.Reader.Ended)
        {
            connection.Server.Park(connection);
        }
        else
        {
            connection.Server.Discard(connection);
        }

        if (client.Error is not (ConnectionError.None or ConnectionError.TimedOut)) return ExchangeOutcome.Ended;
        if (error == HttpError.None)
        {
            // The client's part in a torn answer is not the server's fault.
            bool own = end is RelayEnd.SourceClosed or RelayEnd.SourceBad or RelayEnd.SourceTimedOut;
            ServerOutcome = own ? ServerOutcome.Failed : end == RelayEnd.Complete ? ServerOutcomes.OfStatus(Status) : ServerOutcome.Unknown;
            return FinishAnswered(end);
        }

        if (repeatable && error == HttpError.UpstreamClosed) return ExchangeOutcome.NotBegun;
        if (_bodyEnd == RelayEnd.SourceClosed) return ExchangeOutcome.Ended;
        Failure = _bodyEnd switch
        {
            RelayEnd.SourceBad => HttpError.BadChunk,
            RelayEnd.SourceTooLarge => HttpError.BodyTooLarge,
            RelayEnd.SourceTimedOut => HttpError.RequestTimeout,
            _ => error,
        };
        if (Failure == error)
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
        client.Abort(ConnectionError.Aborted);
        return ExchangeOutcome.Ended;
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<RelayEnd> SendBodyAsync(Connection server)
    {
        long timeoutNs = _snapshot.Timeouts.Response;
        RelayEnd end = Request.Chunked
            ? await BodyRelay.ChunkedAsync(client, server, timeoutNs, _snapshot.Http!.MaxBodySize)
            : await BodyRelay.LengthAsync(client, server, Request.ContentLength, timeoutNs);
        // The server must not take what came so far for the whole, and whoever waits for its answer must not wait on.
        if (end is RelayEnd.SourceClosed or RelayEnd.SourceBad or RelayEnd.SourceTooLarge or RelayEnd.SourceTimedOut)
        {
            _bodyEnd = end;
            server.Abort(ConnectionError.Aborted);
        }

        return end;
    }

    private void StopBody(Connection server)
    {
        if (client.Reader.IsWaiting) client.Reader.CancelPendingRead();
        else server.Writer.CancelPendingFlush();
    }

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<HttpError> ReadResponseHeadAsync(Connection server)
    {
        Response.Reset();
        int interim = 0;
        while (true)
        {
            HeadProgress progress = server.Reader.Unread > 0 ? Response.Parse(server.Reader.UnreadSpan) : HeadProgress.Incomplete;
            if (progress == HeadProgress.Refused) return HttpError.UpstreamBadResponse;
            if (progress == HeadProgress.Complete)
            {
                if (!Response.IsInterim) return Response.Status == 101 && Request.UpgradeField < 0 ? HttpError.UpstreamBadResponse : HttpError.None;
                if (++interim > InterimLimit) return HttpError.UpstreamBadResponse;
                if (!await RelayInterimAsync(server)) return HttpError.UpstreamClosed;
                Response.Reset();
                continue;
            }

            if (server.Reader.Ended) return HttpError.UpstreamClosed;
            server.Reader.Advance(0);
            server.Reader.DeadlineNs = server.Loop.NowNs + _snapshot.Timeouts.Response;
            long sent = server.Writer.TotalBytes;
            ReadResult read = await server.Reader.ReadAsync();
            if (read.IsCanceled)
            {
                // While the request's body is on its way the server need not speak; a body that stalls has its own limit, and its own blame.
                if (server.Writer.TotalBytes == sent && !client.Reader.IsWaiting) return HttpError.UpstreamTimeout;
                server.ForgetTimeout();
                continue;
            }

            if (server.Error is not (ConnectionError.None or ConnectionError.TimedOut) && server.Reader.Unread == 0) return HttpError.UpstreamClosed;
        }
    }

    /// <summary>100, 103 and the like go to the client at once; an HTTP/1.0 client does not know them (RFC 9110 section 15.2).</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<bool> RelayInterimAsync(Connection server)
    {
        if (Request.MinorVersion == 1)
        {
            ClientResponse.Write(client.Writer, server.Reader.UnreadSpan[..Response.Length], Response, chunked: false, default, default, null);
        }

        server.Reader.Skip(Response.Length);
        FlushResult flushed = await client.Writer.FlushAsync();
        return !flushed.IsCompleted && !flushed.IsCanceled;
    }

    private ValueTask<RelayEnd> RelayResponseAsync(Connection server)
    {
        if (Response.Status == 101) return RelayUpgradeAsync(server);
        bool old = Request.MinorVersion == 0;
        bool noBody = Request.IsHead || Response.HasNoBody;
        bool untilClose = !noBody && !Response.Chunked && Response.ContentLength < 0;
        bool chunked = !noBody && !old && (Response.Chunked || untilClose);
        if (old && !noBody && (Response.Chunked || untilClose)) _keepClient = false;
        _keepServer = Response.KeepAlive && !untilClose;
        ReadOnlySpan<byte> connection = !_keepClient ? "Connection: close\r\n"u8 : old ? "Connection: keep-alive\r\n"u8 : default;
        ClientResponse.Write(
            client.Writer, server.Reader.UnreadSpan[..Response.Length], Response, chunked, connection, _exchange.LimitLines,
            _exchange.Route.ResponseEdits);
        server.Reader.Skip(Response.Length);
        long timeoutNs = _snapshot.Timeouts.Response;
        if (noBody) return BodyRelay.LengthAsync(server, client, 0, timeoutNs);
        if (untilClose) return BodyRelay.UntilCloseAsync(server, client, chunked, timeoutNs);
        if (!Response.Chunked) return BodyRelay.LengthAsync(server, client, Response.ContentLength, timeoutNs);
        return old ? BodyRelay.DechunkedAsync(server, client, timeoutNs) : BodyRelay.ChunkedAsync(server, client, timeoutNs);
    }

    /// <summary>The connection becomes a byte relay (RFC 9110 section 7.8), as for WebSocket.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<RelayEnd> RelayUpgradeAsync(Connection server)
    {
        _keepClient = _keepServer = false;
        ClientResponse.Write(
            client.Writer, server.Reader.UnreadSpan[..Response.Length], Response, chunked: false, "Connection: upgrade\r\n"u8, default,
            _exchange.Route.ResponseEdits);
        server.Reader.Skip(Response.Length);
        // The head of a request without a body is still unread, in case it had to be sent again: it is no part of the new protocol.
        if (!Request.HasBody) client.Reader.Skip(Request.Length);
        await client.Writer.FlushAsync();
        return await Tunnel.RunAsync(client, server, _snapshot.Timeouts.Tunnel);
    }
}
