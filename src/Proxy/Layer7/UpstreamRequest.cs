using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>Writes a request's head as it goes upstream: the client's lines as they are, but for what ends here and what we add.</summary>
internal static class UpstreamRequest
{
    /// <summary>Bytes that the lines added here need at most, besides what is copied from the head.</summary>
    private const int Added = 1024;

    private const uint HopByHop =
        (1u << (int)KnownHeader.Connection) | (1u << (int)KnownHeader.KeepAlive) | (1u << (int)KnownHeader.ProxyConnection)
        | (1u << (int)KnownHeader.Te) | (1u << (int)KnownHeader.Upgrade) | (1u << (int)KnownHeader.ForwardedFor);

    private const uint Claims =
        (1u << (int)KnownHeader.Forwarded) | (1u << (int)KnownHeader.ForwardedProto) | (1u << (int)KnownHeader.ForwardedHost)
        | (1u << (int)KnownHeader.RequestId);

    /// <summary>Queues the head; the caller flushes, together with the first bytes of the body if there are any.</summary>
    /// <param name="writer">The server connection's.</param>
    /// <param name="head">The request's head as received.</param>
    /// <param name="request">The same, parsed.</param>
    /// <param name="client">The TCP peer's address as text.</param>
    /// <param name="trusted">The peer may speak for others: what it says is kept and added to.</param>
    /// <param name="server">What Host says when the request, of HTTP/1.0, names no host.</param>
    /// <param name="secure">The client came by TLS.</param>
    /// <param name="ids">Where request ids come from.</param>
    internal static void Write(
        ConnectionWriter writer, ReadOnlySpan<byte> head, RequestHead request, ReadOnlySpan<byte> client, bool trusted,
        ReadOnlySpan<byte> server, bool secure, RequestIds ids)
    {
        var text = new HeadWriter(writer.GetSpan(head.Length + Added));
        text.Write(request.Method(head));
        text.Write(" "u8);
        text.Write(request.Target(head));
        text.Write(" HTTP/1.1\r\n"u8);
        text.WriteFields(head, request.Fields, trusted ? HopByHop : HopByHop | Claims);
        WriteForwardedFor(ref text, head, request, client, trusted);
        uint named = Present(request);
        if ((named & (1u << (int)KnownHeader.Host)) == 0) WriteHost(ref text, request.Host(head), server);
        uint present = trusted ? named : 0;
        if ((present & (1u << (int)KnownHeader.ForwardedProto)) == 0) text.Write(secure ? "X-Forwarded-Proto: https\r\n"u8 : "X-Forwarded-Proto: http\r\n"u8);
        WriteForwardedHost(ref text, head, request, present);
        if ((present & (1u << (int)KnownHeader.RequestId)) == 0)
        {
            text.Write("X-Request-Id: "u8);
            ids.Write(ref text);
            text.Write("\r\n"u8);
        }

        if (request.UpgradeField >= 0)
        {
            text.Write("Connection: upgrade\r\nUpgrade: "u8);
            text.Write(request.Fields[request.UpgradeField].Value(head));
            text.Write("\r\n"u8);
        }

        text.Write("\r\n"u8);
        writer.Advance(text.Length);
    }

    /// <summary>The chain of a trusted peer with that peer added; else the peer alone.</summary>
    private static void WriteForwardedFor(
        ref HeadWriter text, ReadOnlySpan<byte> head, RequestHead request, ReadOnlySpan<byte> client, bool trusted)
    {
        text.Write("X-Forwarded-For: "u8);
        if (trusted)
        {
            foreach (ref readonly HeaderField field in request.Fields)
            {
                if (field.Known != KnownHeader.ForwardedFor) continue;
                text.Write(field.Value(head));
                text.Write(", "u8);
            }
        }

        text.Write(client);
        text.Write("\r\n"u8);
    }

    /// <summary>HTTP/1.1, as which the request goes on, demands the field (RFC 9112 section 3.2).</summary>
    private static void WriteHost(ref HeadWriter text, ReadOnlySpan<byte> asked, ReadOnlySpan<byte> server)
    {
        text.Write("Host: "u8);
        text.Write(asked.IsEmpty ? server : asked);
        text.Write("\r\n"u8);
    }

    private static void WriteForwardedHost(ref HeadWriter text, ReadOnlySpan<byte> head, RequestHead request, uint present)
    {
        ReadOnlySpan<byte> host = request.Host(head);
        if (host.IsEmpty || host.Length > HostName.MaxLength || (present & (1u << (int)KnownHeader.ForwardedHost)) != 0) return;
        text.Write("X-Forwarded-Host: "u8);
        text.Write(host);
        text.Write("\r\n"u8);
    }

    private static uint Present(RequestHead request)
    {
        uint present = 0;
        foreach (ref readonly HeaderField field in request.Fields) present |= 1u << (int)field.Known;
        return present;
    }
}
