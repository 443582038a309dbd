using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>Writes a server's response head as the client gets it.</summary>
internal static class ClientResponse
{
    /// <summary>Bytes that the lines added here need at most, besides the limiter's.</summary>
    private const int Added = 256;

    private const uint HopByHop =
        (1u << (int)KnownHeader.Connection) | (1u << (int)KnownHeader.KeepAlive) | (1u << (int)KnownHeader.ProxyConnection)
        | (1u << (int)KnownHeader.Upgrade) | (1u << (int)KnownHeader.TransferEncoding) | (1u << (int)KnownHeader.Te);

    private const uint Length = 1u << (int)KnownHeader.ContentLength;

    /// <summary>Queues the head; the caller flushes it together with the body's first bytes.</summary>
    /// <param name="writer">The client connection's.</param>
    /// <param name="head">The response's head as received.</param>
    /// <param name="response">The same, parsed.</param>
    /// <param name="chunked">The body goes on in chunks.</param>
    /// <param name="connection">The Connection line to send, with CRLF; may be empty.</param>
    /// <param name="extraLines">Further complete lines, such as the limiter's.</param>
    /// <param name="edits">The operator's; null: none.</param>
    internal static void Write(
        ConnectionWriter writer, ReadOnlySpan<byte> head, ResponseHead response, bool chunked,
        ReadOnlySpan<byte> connection, ReadOnlySpan<byte> extraLines, HeaderEdits? edits)
    {
        Span<byte> room = writer.GetSpan(MaxLength(head, extraLines));
        writer.Advance(Compose(room, head, response, chunked, connection, extraLines, edits));
        if (edits is null) return;
        // Edits are as long as the operator likes: they may go on in another block.
        writer.Append(edits.Lines);
        writer.Append("\r\n"u8);
    }

    /// <summary>Bytes that <see cref="Compose"/> writes at most.</summary>
    internal static int MaxLength(ReadOnlySpan<byte> head, ReadOnlySpan<byte> extraLines) => head.Length + extraLines.Length + Added;

    /// <summary>The head without the lines that edits add; where there are edits, the empty line is missing too.</summary>
    internal static int Compose(
        Span<byte> destination, ReadOnlySpan<byte> head, ResponseHead response, bool chunked, ReadOnlySpan<byte> connection,
        ReadOnlySpan<byte> extraLines, HeaderEdits? edits)
    {
        var text = new HeadWriter(destination);
        text.Write("HTTP/1.1 "u8);
        text.Write(head[ResponseHead.StatusStart..response.StatusLineEnd]);
        // An answer that cannot have a body must not announce one: a reader that waited for it would take the next answer for it.
        // Nor must one that goes on in chunks announce a length beside them.
        text.WriteFields(head, response.Fields, chunked || response.Status is < 200 or 204 ? HopByHop | Length : HopByHop, edits);
        if (response is { Status: 101, UpgradeField: >= 0 })
        {
            text.Write("Upgrade: "u8);
            text.Write(response.Fields[response.UpgradeField].Value(head));
            text.Write("\r\n"u8);
        }

        if (chunked) text.Write("Transfer-Encoding: chunked\r\n"u8);
        text.Write(connection);
        text.Write(extraLines);
        if (edits is null) text.Write("\r\n"u8);
        return text.Length;
    }
}
