using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// Moves a body from one connection to another as it comes. What the sink's writer holds (a head) leaves together with the first bytes.
/// Whatever the sink does not take holds the reading of the source. Returns blame instead of throwing.
/// </summary>
internal static class BodyRelay
{
    /// <summary>A body of known length.</summary>
    /// <param name="source">Where the body comes from, positioned at its first byte.</param>
    /// <param name="sink">Where it goes.</param>
    /// <param name="length">Bytes, 0 or more.</param>
    /// <param name="timeoutNs">How long the source may be silent.</param>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    internal static async ValueTask<RelayEnd> LengthAsync(Connection source, Connection sink, long length, long timeoutNs)
    {
        while (true)
        {
            ReadOnlyMemory<byte> unread = source.Reader.UnreadMemory;
            int take = (int)Math.Min(unread.Length, length);
            if (take > 0 || length == 0 || sink.Writer.UnflushedBytes > 0)
            {
                FlushResult flushed = await sink.Writer.WriteAsync(unread[..take]);
                if (flushed.IsCompleted || flushed.IsCanceled) return RelayEnd.SinkClosed;
                source.Reader.Skip(take);
                length -= take;
                if (length == 0) return RelayEnd.Complete;
            }

            ReadResult read = await NextAsync(source, timeoutNs);
            if (Ending(source, read) is { } end) return end;
        }
    }

    /// <summary>A chunked body, forwarded as it stands once each byte has been checked.</summary>
    /// <param name="source">Where the body comes from, positioned at its first byte.</param>
    /// <param name="sink">Where it goes.</param>
    /// <param name="timeoutNs">How long the source may be silent.</param>
    /// <param name="maxData">Bytes of data beyond which it is given up.</param>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    internal static async ValueTask<RelayEnd> ChunkedAsync(Connection source, Connection sink, long timeoutNs, long maxData = long.MaxValue)
    {
        var scanner = default(ChunkedScanner);
        while (true)
        {
            ReadOnlyMemory<byte> unread = source.Reader.UnreadMemory;
            int passed = scanner.Pass(unread.Span);
            if (scanner.IsBad) return RelayEnd.SourceBad;
            if (scanner.DataBytes > maxData) return RelayEnd.SourceTooLarge;
            if (passed > 0 || sink.Writer.UnflushedBytes > 0)
            {
                FlushResult flushed = await sink.Writer.WriteAsync(unread[..passed]);
                if (flushed.IsCompleted || flushed.IsCanceled) return RelayEnd.SinkClosed;
                source.Reader.Skip(passed);
                if (scanner.IsDone) return RelayEnd.Complete;
            }

            ReadResult read = await NextAsync(source, timeoutNs);
            if (Ending(source, read) is { } end) return end;
        }
    }

    /// <summary>A chunked body for a receiver that does not know the coding (HTTP/1.0): only the data goes on.</summary>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    internal static async ValueTask<RelayEnd> DechunkedAsync(Connection source, Connection sink, long timeoutNs)
    {
        var scanner = default(ChunkedScanner);
        while (true)
        {
            ReadOnlyMemory<byte> unread = source.Reader.UnreadMemory;
            int passed = 0;
            while (passed < unread.Length && !scanner.IsDone && !scanner.IsBad)
            {
                ReadOnlyMemory<byte> rest = unread[passed..];
                passed += scanner.Next(rest.Span, out Range data);
                sink.Writer.Append(rest.Span[data]);
            }

            if (scanner.IsBad) return RelayEnd.SourceBad;
            source.Reader.Skip(passed);
            FlushResult flushed = await sink.Writer.FlushAsync();
            if (flushed.IsCompleted || flushed.IsCanceled) return RelayEnd.SinkClosed;
            if (scanner.IsDone) return RelayEnd.Complete;
            ReadResult read = await NextAsync(source, timeoutNs);
            if (Ending(source, read) is { } end) return end;
        }
    }

    /// <summary>A body that ends with the connection; only an orderly FIN ends it well.</summary>
    /// <param name="source">Where the body comes from.</param>
    /// <param name="sink">Where it goes.</param>
    /// <param name="chunk">True: give it chunked framing, so that the receiver's connection can go on.</param>
    /// <param name="timeoutNs">How long the source may be silent.</param>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    internal static async ValueTask<RelayEnd> UntilCloseAsync(Connection source, Connection sink, bool chunk, long timeoutNs)
    {
        while (true)
        {
            ReadOnlyMemory<byte> unread = source.Reader.UnreadMemory;
            bool last = source.Reader.Ended && source.Error == ConnectionError.None;
            FlushResult flushed = chunk ? await WriteChunkAsync(sink.Writer, unread, last) : await sink.Writer.WriteAsync(unread);
            if (flushed.IsCompleted || flushed.IsCanceled) return RelayEnd.SinkClosed;
            source.Reader.Skip(unread.Length);
            if (last) return RelayEnd.Complete;
            ReadResult read = await NextAsync(source, timeoutNs);
            if (read.IsCanceled || source.Error != ConnectionError.None) return Ending(source, read) ?? RelayEnd.SourceClosed;
        }
    }

    private static ValueTask<FlushResult> WriteChunkAsync(ConnectionWriter sink, ReadOnlyMemory<byte> data, bool last)
    {
        Append(sink, data.Span, chunked: true);
        if (last) sink.Append("0\r\n\r\n"u8);
        return sink.FlushAsync();
    }

    /// <summary>Queues bytes of a body, as one chunk or as they are.</summary>
    internal static void Append(ConnectionWriter sink, ReadOnlySpan<byte> data, bool chunked)
    {
        if (data.IsEmpty) return;
        if (chunked) AppendChunkSize(sink, data.Length);
        sink.Append(data);
        if (chunked) sink.Append("\r\n"u8);
    }

    private static void AppendChunkSize(ConnectionWriter sink, int size)
    {
        Span<byte> text = stackalloc byte[10];
        size.TryFormat(text, out int digits, "x");
        sink.Append(text[..digits]);
        sink.Append("\r\n"u8);
    }

    /// <summary>Waits until more has arrived than is there now.</summary>
    internal static ValueTask<ReadResult> NextAsync(Connection source, long timeoutNs)
    {
        source.Reader.Advance(0);
        source.Reader.DeadlineNs = source.Loop.NowNs + timeoutNs;
        return source.Reader.ReadAsync();
    }

    /// <summary>The end that a read brought; null: there are bytes to go on with.</summary>
    /// <param name="source">Where the body comes from.</param>
    /// <param name="read">What the read said.</param>
    /// <param name="seen">Unread bytes that have been dealt with already.</param>
    internal static RelayEnd? Ending(Connection source, ReadResult read, int seen = 0)
    {
        if (read.IsCanceled) return source.Error == ConnectionError.TimedOut ? RelayEnd.SourceTimedOut : RelayEnd.Cancelled;
        if (!read.IsCompleted) return null;
        return source.Error == ConnectionError.Aborted ? RelayEnd.Cancelled
            : source.Reader.Unread == seen || source.Error != ConnectionError.None ? RelayEnd.SourceClosed : null;
    }
}
