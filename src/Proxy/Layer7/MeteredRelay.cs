using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// Moves a language model's answer from server to client past a <see cref="TokenMeter"/>: its framing is taken off, and put on anew around what
/// the meter lets pass. Each piece leaves as it comes. Returns blame instead of throwing, as <see cref="BodyRelay"/> does.
/// </summary>
internal static class MeteredRelay
{
    /// <summary>Relays the body.</summary>
    /// <param name="source">The server, positioned at the body's first byte.</param>
    /// <param name="sink">The client; its writer holds the head.</param>
    /// <param name="response">How the server frames it.</param>
    /// <param name="chunked">It goes on in chunks; else as it is, with the length announced, or to the connection's end.</param>
    /// <param name="meter">Told of the answer's head.</param>
    /// <param name="timeoutNs">How long the server may be silent.</param>
    /// <returns>Complete also for an answer that was cut: for the client it is whole.</returns>
    [AsyncMethodBuilder(typeof(LoopMethodBuilder<>))]
    internal static async ValueTask<RelayEnd> RunAsync(
        Connection source, Connection sink, ResponseHead response, bool chunked, TokenMeter meter, long timeoutNs)
    {
        var scanner = default(ChunkedScanner);
        long left = response.Chunked ? 0 : response.ContentLength;
        bool toEnd = !response.Chunked && left < 0;
        while (true)
        {
            int passed = response.Chunked ? PassChunks(source, sink, chunked, meter, ref scanner) : PassData(source, sink, chunked, meter, left);
            if (scanner.IsBad) return RelayEnd.SourceBad;
            source.Reader.Skip(passed);
            left -= passed;
            bool ended = response.Chunked ? scanner.IsDone : toEnd ? source.Reader.Ended && source.Error == ConnectionError.None : left == 0;
            if (ended) meter.Finish(sink.Writer, chunked);
            bool last = ended || meter.IsCut;
            if (last && chunked) sink.Writer.Append("0\r\n\r\n"u8);
            FlushResult flushed = await sink.Writer.FlushAsync();
            if (flushed.IsCompleted || flushed.IsCanceled) return RelayEnd.SinkClosed;
            if (last) return RelayEnd.Complete;
            ReadResult read = await BodyRelay.NextAsync(source, timeoutNs);
            // Only an orderly FIN ends it well, and that end is for the next round.
            if (toEnd && !read.IsCanceled && source.Error == ConnectionError.None) continue;
            if (BodyRelay.Ending(source, read) is { } end) return end;
            if (toEnd) return RelayEnd.SourceClosed;
        }
    }

    private static int PassData(Connection source, Connection sink, bool chunked, TokenMeter meter, long left)
    {
        ReadOnlySpan<byte> unread = source.Reader.UnreadSpan;
        if (left >= 0 && unread.Length > left) unread = unread[..(int)left];
        meter.Pass(unread, sink.Writer, chunked);
        return unread.Length;
    }

    private static int PassChunks(Connection source, Connection sink, bool chunked, TokenMeter meter, ref ChunkedScanner scanner)
    {
        ReadOnlySpan<byte> unread = source.Reader.UnreadSpan;
        int passed = 0;
        while (passed < unread.Length && !scanner.IsDone && !scanner.IsBad && !meter.IsCut)
        {
            ReadOnlySpan<byte> rest = unread[passed..];
            passed += scanner.Next(rest, out Range data);
            meter.Pass(rest[data], sink.Writer, chunked);
        }

        return passed;
    }
}
