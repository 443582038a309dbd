using System.Diagnostics;
using System.Text;

namespace Appliance.Proxy.Layer7;

/// <summary>Writes answers that are made here: refusals, route actions, and what Local listeners say.</summary>
internal static class LocalAnswer
{
    private const int Added = 768;

    /// <summary>Queues a whole answer that names an error; the caller flushes.</summary>
    /// <param name="frame">What stands around it.</param>
    /// <param name="error">What was wrong.</param>
    /// <param name="json">The client prefers JSON.</param>
    /// <param name="page">The operator's body for this status; null: ours.</param>
    internal static void WriteError(scoped in AnswerFrame frame, HttpError error, bool json, FixedBody? page)
    {
        int status = HttpErrors.Status(error);
        Span<byte> body = stackalloc byte[512];
        var text = new HeadWriter(body);
        if (page is null) WriteErrorBody(ref text, error, status, json, frame.RequestId);
        ReadOnlySpan<byte> content = page is null ? body[..text.Length] : page.Body;
        ReadOnlySpan<byte> type = page is not null ? page.ContentType : json ? "application/json"u8 : "text/plain; charset=utf-8"u8;
        WriteHead(frame, status, type, content.Length, HttpErrors.ExtraLine(error));
        if (frame.WithBody) frame.Client.Writer.Append(content);
    }

    /// <summary>Queues a whole fixed answer; the caller flushes.</summary>
    internal static void WriteFixed(scoped in AnswerFrame frame, FixedBody answer)
    {
        bool noBody = answer.Status is 204 or 304;
        WriteHead(frame, answer.Status, noBody ? default : answer.ContentType, noBody ? -1 : answer.Body.Length, default);
        if (frame.WithBody && !noBody) frame.Client.Writer.Append(answer.Body);
    }

    /// <summary>Queues a whole redirect; the caller flushes.</summary>
    /// <param name="frame">What stands around it.</param>
    /// <param name="status">301, 302, 303, 307 or 308.</param>
    /// <param name="location">Where to.</param>
    /// <param name="host">The request's normalised host.</param>
    /// <param name="target">Its raw target.</param>
    internal static void WriteRedirect(
        scoped in AnswerFrame frame, int status, TextTemplate location, ReadOnlySpan<byte> host, ReadOnlySpan<byte> target)
    {
        Debug.Assert(!target.ContainsAnyExceptInRange((byte)'!', (byte)'~'), "no accepted target can end a line");
        HeadWriter text = Begin(frame, status, location.MaxLength(host.Length, target.Length, 0));
        text.Write("Location: "u8);
        location.Write(ref text, host, target, default);
        text.Write("\r\nContent-Type: text/plain; charset=utf-8\r\n"u8);
        ReadOnlySpan<byte> body = "The resource is elsewhere: see the Location header.\n"u8;
        End(frame, ref text, body.Length, default);
        if (frame.WithBody) frame.Client.Writer.Append(body);
    }

    /// <summary>Queues the head of an answer whose body the caller appends.</summary>
    /// <param name="frame">What stands around it.</param>
    /// <param name="status">The status.</param>
    /// <param name="contentType">Empty: no such line.</param>
    /// <param name="contentLength">Bytes; negative: no such line.</param>
    /// <param name="extraLine">One more complete line.</param>
    internal static void WriteHead(
        scoped in AnswerFrame frame, int status, scoped ReadOnlySpan<byte> contentType, long contentLength, scoped ReadOnlySpan<byte> extraLine)
    {
        HeadWriter text = Begin(frame, status, contentType.Length + extraLine.Length);
        if (!contentType.IsEmpty && !Edited(frame, "content-type"u8))
        {
            text.Write("Content-Type: "u8);
            text.Write(contentType);
            text.Write("\r\n"u8);
        }

        End(frame, ref text, contentLength, extraLine);
    }

    private static HeadWriter Begin(scoped in AnswerFrame frame, int status, int extra)
    {
        var text = new HeadWriter(frame.Client.Writer.GetSpan(Added + frame.ExtraLines.Length + frame.RequestId.Length + extra));
        text.Write("HTTP/1.1 "u8);
        text.Write(status);
        text.Write(" "u8);
        Span<byte> reason = stackalloc byte[64];
        text.Write(reason[..Encoding.ASCII.GetBytes(HttpErrors.Reason(status), reason)]);
        text.Write("\r\n"u8);
        if (Edited(frame, "date"u8)) return text;
        text.Write("Date: "u8);
        text.Write(frame.Loop.Date.Value(frame.Client.Loop));
        text.Write("\r\n"u8);
        return text;
    }

    private static void End(scoped in AnswerFrame frame, ref HeadWriter text, long contentLength, scoped ReadOnlySpan<byte> extraLine)
    {
        if (contentLength >= 0)
        {
            text.Write("Content-Length: "u8);
            text.Write(contentLength);
            text.Write("\r\n"u8);
        }

        if (!frame.KeepAlive) text.Write("Connection: close\r\n"u8);
        if (!frame.RequestId.IsEmpty && !Edited(frame, "x-request-id"u8))
        {
            text.Write("X-Request-Id: "u8);
            text.Write(frame.RequestId);
            text.Write("\r\n"u8);
        }

        text.Write(extraLine);
        text.Write(frame.ExtraLines);
        if (frame.Edits is null) text.Write("\r\n"u8);
        frame.Client.Writer.Advance(text.Length);
        if (frame.Edits is null) return;
        frame.Client.Writer.Append(frame.Edits.Lines);
        frame.Client.Writer.Append("\r\n"u8);
    }

    private static bool Edited(scoped in AnswerFrame frame, ReadOnlySpan<byte> name) => frame.Edits is not null && frame.Edits.Touches(name);

    private static void WriteErrorBody(ref HeadWriter text, HttpError error, int status, bool json, ReadOnlySpan<byte> id)
    {
        Span<byte> sentence = stackalloc byte[128];
        sentence = sentence[..Encoding.ASCII.GetBytes(HttpErrors.Explain(error), sentence)];
        text.Write(json ? "{\"status\":"u8 : default);
        text.Write(status);
        text.Write(json ? ",\"error\":\""u8 : " "u8);
        text.Write(sentence);
        text.Write(json ? "\",\"request_id\":\""u8 : "\nrequest id: "u8);
        text.Write(id);
        text.Write(json ? "\"}\n"u8 : "\n"u8);
    }
}
