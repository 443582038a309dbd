using System.Globalization;
using System.Text;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>Writes answers that are made here: refusals, and what Local listeners say.</summary>
internal static class LocalAnswer
{
    private const int Added = 512;

    /// <summary>Queues a whole answer that names an error; the caller flushes.</summary>
    /// <param name="client">Who asked.</param>
    /// <param name="error">What was wrong.</param>
    /// <param name="json">The client prefers JSON.</param>
    /// <param name="withBody">False for HEAD.</param>
    /// <param name="keepAlive">False: says Connection: close.</param>
    /// <param name="extraLines">Further complete header lines.</param>
    /// <param name="ids">Source of the request id shown in the body.</param>
    internal static void WriteError(
        Connection client, HttpError error, bool json, bool withBody, bool keepAlive, ReadOnlySpan<byte> extraLines, RequestIds ids)
    {
        int status = HttpErrors.Status(error);
        Span<byte> id = stackalloc byte[RequestIds.Length];
        var idWriter = new HeadWriter(id);
        ids.Write(ref idWriter);
        Span<byte> body = stackalloc byte[512];
        var text = new HeadWriter(body);
        Span<byte> sentence = stackalloc byte[128];
        sentence = sentence[..Encoding.ASCII.GetBytes(HttpErrors.Explain(error), sentence)];
        text.Write(json ? "{\"status\":"u8 : default);
        text.Write(status);
        text.Write(json ? ",\"error\":\""u8 : " "u8);
        text.Write(sentence);
        text.Write(json ? "\",\"request_id\":\""u8 : "\nrequest id: "u8);
        text.Write(id);
        text.Write(json ? "\"}\n"u8 : "\n"u8);
        WriteHead(client, status, json ? "application/json"u8 : "text/plain; charset=utf-8"u8, text.Length, keepAlive, extraLines);
        if (withBody) client.Writer.Append(body[..text.Length]);
    }

    /// <summary>Queues the head of an answer whose body the caller appends.</summary>
    internal static void WriteHead(
        Connection client, int status, ReadOnlySpan<byte> contentType, long contentLength, bool keepAlive, ReadOnlySpan<byte> extraLines)
    {
        var text = new HeadWriter(client.Writer.GetSpan(Added + contentType.Length + extraLines.Length));
        text.Write("HTTP/1.1 "u8);
        text.Write(status);
        text.Write(" "u8);
        Span<byte> reason = stackalloc byte[64];
        text.Write(reason[..Encoding.ASCII.GetBytes(HttpErrors.Reason(status), reason)]);
        text.Write("\r\nDate: "u8);
        Span<byte> date = stackalloc byte[32];
        client.Loop.UtcNow.TryFormat(date, out int dateLength, "r", CultureInfo.InvariantCulture);
        text.Write(date[..dateLength]);
        text.Write("\r\nContent-Type: "u8);
        text.Write(contentType);
        text.Write("\r\nContent-Length: "u8);
        text.Write(contentLength);
        text.Write(keepAlive ? "\r\n"u8 : "\r\nConnection: close\r\n"u8);
        text.Write(extraLines);
        text.Write("\r\n"u8);
        client.Writer.Advance(text.Length);
    }
}
