using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Appliance.Proxy.Listeners;
using Appliance.Proxy.Transport;
using Microsoft.Extensions.Logging;

namespace Appliance.Proxy.Layer7;

/// <summary>A client connection of a Local listener: the body is read whole, the handler answers into memory, the answer is sent.</summary>
internal sealed class LocalConnection : HttpConnection
{
    private readonly ILogger _log;
    private readonly LocalRequest _request;

    internal LocalConnection(Connection client, Listener listener, HttpLoop loop, ILogger log)
        : base(client, listener, loop, log)
    {
        _log = log;
        _request = new LocalRequest(client);
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    private protected override async ValueTask<bool> ServeAsync()
    {
        if (!Exchange.Normalize(Head)) return await AnswerErrorAsync(HttpError.BadTarget);
        _request.Begin(Exchange, Head, Snapshot.Trusted);
        SkipHead();
        RequestHead request = Exchange.Request;
        if (request.HasBody)
        {
            HttpError error = await ReadBodyAsync(request);
            if (error != HttpError.None) return Client.Error is ConnectionError.None or ConnectionError.TimedOut && await AnswerErrorAsync(error);
        }

        try
        {
            await Snapshot.Settings.Handler!.HandleAsync(_request);
        }
        catch (Exception error)
        {
            ProxyLog.LocalHandlerFailed(_log, Snapshot.Settings.Name, error);
            _request.Fail();
        }

        await Client.Loop.Switch();
        if (Client.IsClosed) return false;
        return await AnswerAsync(request);
    }

    /// <inheritdoc/>
    private protected override void OnClientLost() => Client.MarkError(ConnectionError.Reset);

    private async ValueTask<HttpError> ReadBodyAsync(RequestHead request)
    {
        if (request.ContentLength > LocalRequest.BodyLimit) return HttpError.BodyTooLarge;
        if (request.ExpectsContinue && Client.Reader.Unread == 0)
        {
            Client.Writer.Append("HTTP/1.1 100 Continue\r\n\r\n"u8);
            await Client.Writer.FlushAsync();
        }

        var scanner = default(ChunkedScanner);
        long left = request.ContentLength;
        while (true)
        {
            if (Client.Reader.Unread > 0)
            {
                int taken = request.Chunked ? TakeChunks(ref scanner) : Take(left);
                left -= taken;
                Client.Reader.Skip(taken);
            }

            if (scanner.IsBad) return HttpError.BadChunk;
            if (_request.BodyLength > LocalRequest.BodyLimit) return HttpError.BodyTooLarge;
            if (request.Chunked ? scanner.IsDone : left == 0) return HttpError.None;
            if (Client.Reader.Ended) return HttpError.BadContentLength;
            Client.Reader.Advance(0);
            Client.Reader.DeadlineNs = Client.Loop.NowNs + Snapshot.Timeouts.Response;
            ReadResult read = await Client.Reader.ReadAsync();
            if (read.IsCanceled) return HttpError.RequestTimeout;
        }
    }

    private int Take(long left)
    {
        ReadOnlySpan<byte> unread = Client.Reader.UnreadSpan;
        int take = (int)Math.Min(left, unread.Length);
        _request.AddBody(unread[..take]);
        return take;
    }

    private int TakeChunks(ref ChunkedScanner scanner)
    {
        ReadOnlySpan<byte> unread = Client.Reader.UnreadSpan;
        int passed = 0;
        while (passed < unread.Length && !scanner.IsDone && !scanner.IsBad && _request.BodyLength <= LocalRequest.BodyLimit)
        {
            ReadOnlySpan<byte> rest = unread[passed..];
            passed += scanner.Next(rest, out Range data);
            _request.AddBody(rest[data]);
        }

        return passed;
    }

    private ValueTask<bool> AnswerAsync(RequestHead request)
    {
        bool keepAlive = request.KeepAlive && !IsEnding;
        if (!keepAlive) LingerAtClose();
        Span<byte> contentType = stackalloc byte[128];
        contentType = contentType[..Encoding.ASCII.GetBytes(_request.ContentType, contentType)];
        ReadOnlySpan<byte> body = _request.AnswerBody;
        var frame = new AnswerFrame { Client = Client, Loop = Loop, KeepAlive = keepAlive, ExtraLines = _request.HeaderLines };
        // 204 has neither content nor a length of it (RFC 9110 section 8.6).
        bool hasContent = _request.Status is not (204 or 304);
        LocalAnswer.WriteHead(frame, _request.Status, hasContent ? contentType : default, hasContent ? body.Length : -1, default);
        if (hasContent && !request.IsHead) Client.Writer.Append(body);
        Counters.CountAnswer(_request.Status);
        return FlushAsync(keepAlive);
    }
}
