using Appliance.Proxy.Balancing;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>Writes a request's head as it goes upstream: the client's lines as they are, but for what ends here, what is edited and what we add.</summary>
internal static class UpstreamRequest
{
    /// <summary>Bytes that the lines added here need at most, besides what is copied from the head.</summary>
    private const int Added = 1024 + ForwardedFields.MaxLength;

    private const uint HostBit = 1u << (int)KnownHeader.Host;

    /// <summary>What is compressed cannot be metered.</summary>
    private const uint EncodingBit = 1u << (int)KnownHeader.AcceptEncoding;

    private const uint RequestIdBit = 1u << (int)KnownHeader.RequestId;

    private const uint Framing = (1u << (int)KnownHeader.ContentLength) | (1u << (int)KnownHeader.TransferEncoding);

    private const uint HopByHop =
        (1u << (int)KnownHeader.Connection) | (1u << (int)KnownHeader.KeepAlive) | (1u << (int)KnownHeader.ProxyConnection)
        | (1u << (int)KnownHeader.Te) | (1u << (int)KnownHeader.Upgrade);

    /// <summary>Queues the head; the caller flushes, together with the first bytes of the body if there are any.</summary>
    /// <param name="writer">The server connection's.</param>
    /// <param name="head">The request's head as received.</param>
    /// <param name="exchange">The same, parsed and normalised, with its id and its route.</param>
    /// <param name="style">How servers are told about the client.</param>
    /// <param name="origin">What they are told.</param>
    /// <param name="server">The server's name and port: what Host says when the route wishes so, or when the request, of HTTP/1.0, names no host.</param>
    internal static void Write(
        ConnectionWriter writer, ReadOnlySpan<byte> head, HttpExchange exchange, ForwardedStyle style, scoped in RequestOrigin origin,
        ReadOnlySpan<byte> server)
    {
        writer.Advance(Compose(writer.GetSpan(MaxLength(head, exchange.Route, server)), head, exchange, style, origin, server));
        if (exchange.Route.RequestEdits is not { } edits) return;
        // Edits are as long as the operator likes: they may go on in another block.
        writer.Append(edits.Lines);
        writer.Append("\r\n"u8);
    }

    /// <summary>Bytes that <see cref="Compose"/> writes at most.</summary>
    internal static int MaxLength(ReadOnlySpan<byte> head, Route route, ReadOnlySpan<byte> server) =>
        head.Length + Added + server.Length + (route.Rewrite is null ? 0 : PathRewrite.MaxLength)
        + (route.Host is null ? 0 : route.Host.MaxLength(0, 0, server.Length));

    /// <summary>The head without the lines that edits add; where there are edits, the empty line is missing too.</summary>
    internal static int Compose(
        Span<byte> destination, ReadOnlySpan<byte> head, HttpExchange exchange, ForwardedStyle style, scoped in RequestOrigin origin,
        ReadOnlySpan<byte> server)
    {
        RequestHead request = exchange.Request;
        Route route = exchange.Route;
        HeaderEdits? edits = route.RequestEdits;
        uint edited = edits is null ? 0 : edits.Known;
        var text = new HeadWriter(destination);
        text.Write(request.Method(head));
        text.Write(" "u8);
        if (route.Rewrite is null) text.Write(request.Target(head));
        else route.Rewrite.Write(ref text, request.Target(head), exchange.Path);
        text.Write(" HTTP/1.1\r\n"u8);
        uint dropped = HopByHop | Framing | RequestIdBit | ForwardedFields.Dropped(style, origin.Trusted) | (route.Host is null ? 0 : HostBit)
            | (exchange.IsMetered ? EncodingBit : 0);
        // The message needs its Host: an edit may set another, but not take it away.
        bool hostEdited = (edited & HostBit) != 0 && edits!.Sets(KnownHeader.Host);
        StickyCookie? sticky = route.Pool?.Sticky;
        bool hidesDebug = exchange.HidesDebugSession;
        bool hidesCookie = sticky is not null || hidesDebug;
        text.WriteFields(head, request.Fields, hostEdited ? dropped | HostBit : dropped, edits, hidesCookie, hidesDebug);
        // Which server it is is between the client and us; a Cookie that an edit sets or takes away is the edit's.
        if (hidesCookie && edits?.Touches("Cookie"u8) is not true) text.WriteCookies(head, request.Fields, sticky, hidesDebug);
        WriteFraming(ref text, request);
        uint present = Present(request);
        if (!hostEdited && (route.Host is not null || (present & HostBit) == 0)) WriteHost(ref text, route.Host, request.Host(head), server);
        ForwardedFields.Write(ref text, head, request, origin, style, present, edited);
        if ((edited & RequestIdBit) == 0)
        {
            text.Write("X-Request-Id: "u8);
            text.Write(exchange.RequestId);
            text.Write("\r\n"u8);
        }

        if (request.UpgradeField >= 0)
        {
            text.Write("Connection: upgrade\r\nUpgrade: "u8);
            text.Write(request.Fields[request.UpgradeField].Value(head));
            text.Write("\r\n"u8);
        }

        if (edits is null) text.Write("\r\n"u8);
        return text.Length;
    }

    /// <summary>
    /// In one spelling, whatever the client's was: a server that sees no "chunked" behind a tab, or reads a leading zero as octal, would find
    /// another request in the body.
    /// </summary>
    private static void WriteFraming(ref HeadWriter text, RequestHead request)
    {
        if (request.Chunked)
        {
            text.Write("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (request.ContentLength >= 0)
        {
            text.Write("Content-Length: "u8);
            text.Write(request.ContentLength);
            text.Write("\r\n"u8);
        }
    }

    /// <summary>HTTP/1.1, as which the request goes on, demands the field (RFC 9112 section 3.2).</summary>
    private static void WriteHost(ref HeadWriter text, TextTemplate? policy, ReadOnlySpan<byte> asked, ReadOnlySpan<byte> server)
    {
        text.Write("Host: "u8);
        if (policy is not null) policy.Write(ref text, default, default, server);
        else text.Write(asked.IsEmpty ? server : asked);
        text.Write("\r\n"u8);
    }

    private static uint Present(RequestHead request)
    {
        uint present = 0;
        foreach (ref readonly HeaderField field in request.Fields) present |= 1u << (int)field.Known;
        return present;
    }
}
