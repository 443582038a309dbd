using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Appliance.Proxy.Upstreams;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// One client connection that speaks HTTP/1.1: reads heads, keeps the time limits, answers errors, and leaves the serving of a sound request to
/// the kind of listener. Pipelined requests are served one after the other. Lives on its connection's loop.
/// </summary>
internal abstract class HttpConnection : IConnectionOwner
{
    private readonly ILogger _log;
    private HttpExchange? _exchange;
    private long _receivedBefore;
    private long _sentBefore;
    private int _requests;
    private bool _linger;
    private bool _headSkipped;

    private protected HttpConnection(Connection client, Listener listener, HttpLoop loop, ILogger log)
    {
        Client = client;
        Listener = listener;
        Loop = loop;
        Counters = listener.Counters(client.Loop);
        Snapshot = listener.Snapshot;
        _log = log;
        client.Owner = this;
    }

    private enum Step
    {
        ReadMore,
        Serve,
        Refuse,
        Close,
    }

    /// <summary>True between requests.</summary>
    internal bool IsIdle => _exchange is null;

    internal Connection Client { get; }

    private protected Listener Listener { get; }

    private protected HttpLoop Loop { get; }

    private protected ListenerCounters Counters { get; }

    /// <summary>The listener's snapshot that the request under way began with.</summary>
    private protected ListenerSnapshot Snapshot { get; private set; }

    /// <summary>The request under way.</summary>
    private protected HttpExchange Exchange => _exchange!;

    /// <summary>The head of the request under way; gone once its body is being read.</summary>
    private protected ReadOnlySpan<byte> Head => Client.Reader.UnreadSpan[..Exchange.Request.Length];

    /// <summary>True when the connection is to end after this answer, whatever the client wishes.</summary>
    internal bool IsEnding => Loop.Draining || Listener.IsClosed || (Snapshot.Http is { MaximumRequests: > 0 } rules && _requests >= rules.MaximumRequests);

    /// <summary>Serves the connection until it ends. The task never fails.</summary>
    internal async LoopJob RunAsync()
    {
        try
        {
            await ServeAllAsync();
        }
        catch (Exception error)
        {
            ProxyLog.HandlerFailed(_log, error);
            Client.Abort(ConnectionError.Aborted);
        }

        EndRequest();
        Counters.Active--;
        if (_linger) Client.CloseAfterLinger();
        else Client.Close();
    }

    /// <summary>Closes an idle connection because the listener or the daemon is going away.</summary>
    internal void CloseIfIdle()
    {
        if (IsIdle && Client.Reader.IsWaiting) Client.Reader.CancelPendingRead();
    }

    /// <inheritdoc/>
    public void OnUnattended(Connection connection, bool finished, bool reset)
    {
        // A FIN alone is a half-close: the client still waits for its answer. A reset makes all further work for it useless.
        if (reset) OnClientLost();
    }

    /// <summary>
    /// Serves the request whose head is complete. The head is still unread: whoever serves skips it, and the body.
    /// </summary>
    /// <returns>True when the connection can take the next request.</returns>
    private protected abstract ValueTask<bool> ServeAsync();

    /// <summary>The client has reset while its request is being worked on.</summary>
    private protected abstract void OnClientLost();

    /// <summary>Answers with an error and says whether the connection goes on. The head, if complete, is skipped.</summary>
    private protected ValueTask<bool> AnswerErrorAsync(HttpError error)
    {
        int status = HttpErrors.Status(error);
        bool json = IsSound && !IsHeadGone && PrefersJson(Exchange.Request);
        AnswerFrame frame = BeginAnswer(error != HttpError.RequestTimeout);
        LocalAnswer.WriteError(frame, error, json, Snapshot.Http?.ErrorPage(status));
        Exchange.Record.Error = error;
        return EndAnswerAsync(status, frame.KeepAlive);
    }

    /// <summary>What stands around an answer that is made here.</summary>
    /// <param name="mayKeep">False: the connection ends whatever the client wishes.</param>
    private protected AnswerFrame BeginAnswer(bool mayKeep)
    {
        RequestHead request = Exchange.Request;
        Exchange.EnsureId(Loop.Ids);
        // With a body still to come the next request could only be found by reading it all: not worth it for a refused one.
        bool keepAlive = mayKeep && IsSound && request.KeepAlive && !IsEnding && UnreadBody() >= 0;
        return new AnswerFrame
        {
            Client = Client,
            Loop = Loop,
            WithBody = !request.IsHead,
            KeepAlive = keepAlive,
            ExtraLines = Exchange.LimitLines,
            RequestId = Exchange.RequestId,
            Edits = Exchange.IsRouted ? Exchange.Route.ResponseEdits : Snapshot.Http?.ResponseEdits,
        };
    }

    /// <summary>Counts and flushes an answer that was made here, and skips the request it belongs to.</summary>
    private protected ValueTask<bool> EndAnswerAsync(int status, bool keepAlive)
    {
        _linger = !keepAlive;
        Exchange.Record.Status = status;
        Counters.CountAnswer(status);
        int body = keepAlive ? UnreadBody() : 0;
        if (IsSound) SkipHead();
        if (body > 0) Client.Reader.Skip(body);
        // Not after a timeout: that connection is closed without a linger, and what waited for its FIN would be lost with unread bytes.
        if (!keepAlive && !Client.IsSecure && Client.Error == ConnectionError.None) Client.Writer.EndsNow = true;
        return FlushAsync(keepAlive);
    }

    /// <summary>Flushes the answer; false when the client is gone.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private protected async ValueTask<bool> FlushAsync(bool keepAlive)
    {
        Client.Writer.TimeoutNs = Snapshot.Timeouts.Response;
        if (keepAlive && Client.Writer.TryFlushSoon()) return true;
        FlushResult flushed = await Client.Writer.FlushAsync();
        return keepAlive && !flushed.IsCompleted && !flushed.IsCanceled;
    }

    /// <summary>Consumes the head; what is unread then is the body, or the next request.</summary>
    private protected void SkipHead()
    {
        if (IsHeadGone) return;
        _headSkipped = true;
        Client.Reader.Skip(Exchange.Request.Length);
    }

    /// <summary>Consumes a request that has been forwarded whole.</summary>
    private protected void SkipRequest()
    {
        if (!Exchange.Request.HasBody) SkipHead();
        else if (!Exchange.Body.IsReleased) Exchange.Body.Release();
    }

    /// <summary>Close with FIN and wait for the client to read the answer, because it may still be sending.</summary>
    private protected void LingerAtClose() => _linger = true;

    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private async ValueTask<bool> ServeAllAsync()
    {
        Client.Reader.DeadlineNs = Client.Loop.NowNs + Snapshot.Timeouts.Idle;
        while (true)
        {
            ReadResult read = await Client.Reader.ReadAsync();
            switch (Examine(read))
            {
                case Step.ReadMore:
                    continue;
                case Step.Serve when await ServeAsync():
                    EndRequest();
                    if (IsEnding) return true;
                    Client.Reader.DeadlineNs = Client.Loop.NowNs + Snapshot.Timeouts.Idle;
                    continue;
                case Step.Refuse:
                    await AnswerErrorAsync(Exchange.Request.Error);
                    return true;
                default:
                    return true;
            }
        }
    }

    private Step Examine(ReadResult read)
    {
        ReadOnlySpan<byte> bytes = Client.Reader.UnreadSpan;
        if (read.IsCanceled) return OnCancelled(bytes.Length);
        if (Client.Error != ConnectionError.None) return Step.Close;
        if (bytes.IsEmpty) return read.IsCompleted ? Step.Close : Step.ReadMore;
        if (_exchange is null)
        {
            _exchange = Loop.Rent();
            _exchange.Begin(Client.ClientAddress, Client.Loop.NowNs);
            if (Client.Tls is { } tls) _exchange.Record.TlsVersion = tls.VersionText;
            _requests++;
            _headSkipped = false;
            Snapshot = Listener.Snapshot;
            Client.Reader.DeadlineNs = Client.Loop.NowNs + Snapshot.Timeouts.RequestHeader;
        }

        HeadProgress progress = _exchange.Request.Parse(bytes);
        if (progress == HeadProgress.Complete) return Step.Serve;
        if (progress == HeadProgress.Refused) return Step.Refuse;
        Client.Reader.Advance(0);
        return read.IsCompleted ? Step.Close : Step.ReadMore;
    }

    /// <summary>Either a time limit has passed, or the daemon wants idle connections to go.</summary>
    private Step OnCancelled(int unread)
    {
        if (Client.Error != ConnectionError.TimedOut)
        {
            if (!IsEnding || unread > 0) return Step.ReadMore;
            // The next request may be on its way: it must meet a FIN, which tells its sender to send it elsewhere, and not a reset.
            LingerAtClose();
            return Step.Close;
        }

        if (_exchange is null || _exchange.Request.Error != HttpError.None) return Step.Close;
        _exchange.Request.RefuseForTimeout();
        return Step.Refuse;
    }

    /// <summary>A request is over, however it went.</summary>
    private protected virtual void OnRequestEnd(HttpExchange exchange)
    {
    }

    private void EndRequest()
    {
        // What is put off to the end of the turn counts; what a closed connection dropped of it does not, nor is it taken back.
        long received = Client.Reader.TotalBytes - _receivedBefore, sent = Math.Max(0, Client.Writer.AcceptedBytes - _sentBefore);
        Counters.ReceivedBytes += received;
        Counters.SentBytes += sent;
        _receivedBefore += received;
        _sentBefore += sent;
        if (_exchange is not { } exchange) return;
        _exchange = null;
        OnRequestEnd(exchange);
        Client.Reader.HoldsMuch = false;
        exchange.Tries.TakeOther()?.Conclude(ServerOutcome.Unknown);
        if (Snapshot.Http is { } rules) Loop.AccessLog.Write(exchange, rules.ListenerName, Client, received, sent);
        Loop.Return(exchange);
    }

    private bool IsHeadGone => _headSkipped || Exchange.Body.IsReleased;

    /// <summary>True when the head under way is whole and was accepted.</summary>
    private bool IsSound => Exchange.Request is { Length: > 0, Error: HttpError.None };

    /// <summary>Bytes of the request's body on the wire when all of it has arrived and none of it was relayed; else negative.</summary>
    private int UnreadBody()
    {
        RequestHead request = Exchange.Request;
        if (!request.HasBody) return 0;
        return IsHeadGone ? -1 : ArrivedBody.WireLength(request, Client.Reader.UnreadSpan[request.Length..]);
    }

    private bool PrefersJson(RequestHead request)
    {
        foreach (ref HeaderField field in request.Fields)
        {
            if (field.Known == KnownHeader.Accept) return field.Value(Head).IndexOf("json"u8) >= 0;
        }

        return false;
    }
}
