using System.Diagnostics;
using System.Globalization;
using Appliance.Limiter;
using Appliance.Proxy.Configuration;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// One loop's share of the access log: one JSON object per line and request. The path is the normalised one and stands without its query, and
/// no field of the request is written, because tokens live there. Belongs to the loop, but for <see cref="Mode"/> and <see cref="Read"/>.
/// </summary>
/// <param name="loops">Loops that share the sample.</param>
internal sealed class AccessLog(int loops)
{
    /// <summary>Bytes of the longest line with its LF.</summary>
    internal const int MaxLine = 1024;

    /// <summary>Bytes of the longest name of ours in a line; longer ones are cut.</summary>
    internal const int NameLimit = 64;

    private const int BufferBytes = 256 * 1024;
    private const int SamplesPerSecond = 100;
    private const int HostLimit = 128;
    private const long SecondNs = 1_000_000_000;

    private readonly int _share = Math.Max(1, SamplesPerSecond / loops);
    private byte[]? _line;
    private AccessLogBuffer? _buffer;
    private long _windowEndNs = long.MinValue;
    private int _left;
    private volatile int _mode;

    /// <summary>Which requests are written. From any thread.</summary>
    internal AccessLogMode Mode
    {
        get => (AccessLogMode)_mode;
        set => _mode = (int)value;
    }

    /// <summary>Lines that found no room. Slightly old when read from another thread.</summary>
    internal long Dropped => Volatile.Read(ref _buffer)?.Dropped ?? 0;

    /// <summary>Takes whole lines out. One thread at a time.</summary>
    internal int Read(Span<byte> into) => Volatile.Read(ref _buffer)?.Read(into) ?? 0;

    /// <summary>The request is over: writes its line, if it is one of those to be written.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="listener">The listener's name as JSON text.</param>
    /// <param name="client">Its connection.</param>
    /// <param name="receivedBytes">From the client, for this request.</param>
    /// <param name="sentBytes">To the client.</param>
    internal void Write(HttpExchange exchange, byte[] listener, Connection client, long receivedBytes, long sentBytes)
    {
        if (_mode == (int)AccessLogMode.Off) return;
        EventLoop loop = client.Loop;
        AccessRecord record = exchange.Record;
        bool torn = record.Status == 0 || client.Error != ConnectionError.None;
        if (_mode == (int)AccessLogMode.Sampled && !torn && record.Status < 500 && !TakeSample(loop.NowNs)) return;
        _line ??= new byte[MaxLine];
        if (_buffer is null) Volatile.Write(ref _buffer, new AccessLogBuffer(BufferBytes));
        var text = new HeadWriter(_line);
        WriteTime(ref text, loop.UtcNow);
        WriteClient(ref text, exchange, listener);
        WriteFigures(ref text, record, receivedBytes, sentBytes, loop.NowNs - record.StartNs);
        WriteUpstream(ref text, record);
        WriteEnd(ref text, exchange, torn ? Ending(record.Status, client.Error) : default);
        WritePlace(ref text, exchange);
        _buffer.TryWrite(_line.AsSpan(0, text.Length));
    }

    private bool TakeSample(long nowNs)
    {
        if (nowNs >= _windowEndNs)
        {
            _windowEndNs = nowNs + SecondNs;
            _left = _share;
        }

        return _left-- > 0;
    }

    private static ReadOnlySpan<byte> Ending(int status, ConnectionError error) =>
        error == ConnectionError.Reset ? "client_reset"u8 : status == 0 ? "no_answer"u8 : "torn"u8;

    /// <summary>RFC 3339 in UTC with milliseconds.</summary>
    private static void WriteTime(ref HeadWriter text, DateTimeOffset now)
    {
        Span<byte> time = stackalloc byte[40];
        now.UtcDateTime.TryFormat(time, out int length, "O", CultureInfo.InvariantCulture);
        Debug.Assert(length > 23, "the round-trip form has seven digits of a second");
        text.Write("{\"time\":\""u8);
        text.Write(time[..23]);
        text.Write("Z\""u8);
    }

    private static void WriteClient(ref HeadWriter text, HttpExchange exchange, byte[] listener)
    {
        text.Write(",\"listener\":\""u8);
        text.Write(listener);
        text.Write("\",\"client\":\""u8);
        Span<byte> address = stackalloc byte[45];
        text.Write(address[..exchange.Client.Format(address)]);
        text.Write("\",\"method\":\""u8);
        JsonText.Write(ref text, exchange.Method, HttpExchange.MethodLimit);
        text.Write("\",\"request_id\":\""u8);
        text.Write(exchange.RequestId);
        text.Write("\""u8);
    }

    private static void WriteFigures(ref HeadWriter text, AccessRecord record, long receivedBytes, long sentBytes, long durationNs)
    {
        text.Write(",\"status\":"u8);
        text.Write(record.Status);
        text.Write(",\"received\":"u8);
        text.Write(receivedBytes);
        text.Write(",\"sent\":"u8);
        text.Write(sentBytes);
        text.Write(",\"duration_us\":"u8);
        text.Write(durationNs / 1000);
    }

    private static void WriteUpstream(ref HeadWriter text, AccessRecord record)
    {
        if (record.Upstream is null) return;
        text.Write(",\"upstream\":\""u8);
        text.Write(record.Upstream);
        text.Write("\",\"server\":\""u8);
        JsonText.Write(ref text, record.Server, NameLimit);
        text.Write("\",\"attempts\":"u8);
        text.Write(record.Attempts);
        if (record.ConnectNs >= 0)
        {
            text.Write(",\"connect_us\":"u8);
            text.Write(record.ConnectNs / 1000);
        }

        if (record.ResponseNs < 0) return;
        text.Write(",\"response_us\":"u8);
        text.Write(record.ResponseNs / 1000);
    }

    private static void WriteEnd(ref HeadWriter text, HttpExchange exchange, ReadOnlySpan<byte> ending)
    {
        AccessRecord record = exchange.Record;
        if (record.Verdict is { } verdict) WriteName(ref text, ",\"policy\":\""u8, DecisionReasons.Utf8Name(verdict));
        if (record.Error != HttpError.None) WriteName(ref text, ",\"error\":\""u8, HttpErrorNames.Of(record.Error));
        if (!ending.IsEmpty) WriteName(ref text, ",\"ended\":\""u8, ending);
        if (record.TlsVersion is { } version) WriteName(ref text, ",\"tls\":\""u8, version);
    }

    private static void WriteName(ref HeadWriter text, ReadOnlySpan<byte> key, ReadOnlySpan<byte> name)
    {
        text.Write(key);
        text.Write(name);
        text.Write("\""u8);
    }

    /// <summary>Host and path come last: what the client can make long gets the room that is left.</summary>
    private static void WritePlace(ref HeadWriter text, HttpExchange exchange)
    {
        text.Write(",\"host\":\""u8);
        bool whole = JsonText.Write(ref text, exchange.Host, HostLimit);
        text.Write("\",\"path\":\""u8);
        whole &= JsonText.Write(ref text, exchange.Path, MaxLine - text.Length - "\",\"truncated\":true}\n".Length);
        text.Write(whole ? "\"}\n"u8 : "\",\"truncated\":true}\n"u8);
    }
}
