using Appliance.Limiter.Llm;
using Appliance.Proxy.Transport;

namespace Appliance.Proxy.Layer7;

/// <summary>
/// Watches a language model's answer on its way to the client: takes the usage that it reports and ends a stream that passes its limit
/// (policies.md A14, part B 2.5). Part of an exchange, made when the first request of its kind comes. One thread.
/// </summary>
internal sealed class TokenMeter
{
    private readonly LlmStreamGuard _guard = new();
    private readonly LlmUsageReader _usage = new();
    private LlmStreamSettings _settings;
    private LlmProvider _provider;
    private long _promptTokens;
    private Kind _kind;

    private enum Kind : byte
    {
        /// <summary>Nothing can be known of the answer: another type, or compressed.</summary>
        Opaque,
        Json,
        Stream,
    }

    /// <summary>Reads the request.</summary>
    internal LlmRequestReader Request { get; } = new();

    /// <summary>Set when the answer was ended before its end: what the server still sends is of no use to anybody.</summary>
    internal bool IsCut { get; private set; }

    /// <summary>True when the answer may end before its end, so that its length cannot be announced.</summary>
    internal bool IsStream => _kind == Kind.Stream;

    /// <summary>The request may pass.</summary>
    /// <param name="settings">What holds for a stream.</param>
    /// <param name="provider">Whose format the path suggests.</param>
    /// <param name="promptTokens">The estimate that was reserved.</param>
    internal void Begin(in LlmStreamSettings settings, LlmProvider provider, long promptTokens)
    {
        _settings = settings;
        _provider = provider;
        _promptTokens = promptTokens;
        _kind = Kind.Opaque;
        IsCut = false;
    }

    /// <summary>The final answer begins.</summary>
    internal void OnAnswer(ResponseHead response, ReadOnlySpan<byte> head)
    {
        _kind = Kind.Opaque;
        IsCut = false;
        if (response.Status is < 200 or > 299 || IsEncoded(response, head)) return;
        if (!response.TryGet(head, "content-type"u8, out ReadOnlySpan<byte> type)) return;
        if (IsType(type, "text/event-stream"u8))
        {
            _kind = Kind.Stream;
            _guard.Start(_settings, _provider, _promptTokens);
        }
        else if (IsType(type, "application/json"u8))
        {
            _kind = Kind.Json;
            _usage.Reset();
        }
    }

    /// <summary>Takes the next bytes of the answer and queues what of them may go to the client.</summary>
    /// <param name="data">Without framing.</param>
    /// <param name="sink">The client's writer.</param>
    /// <param name="chunked">They go in chunks.</param>
    internal void Pass(ReadOnlySpan<byte> data, ConnectionWriter sink, bool chunked)
    {
        if (_kind != Kind.Stream)
        {
            if (_kind == Kind.Json) _usage.Feed(data);
            BodyRelay.Append(sink, data, chunked);
            return;
        }

        Write(_guard.Feed(data), data, sink, chunked);
    }

    /// <summary>The server has ended the answer.</summary>
    internal void Finish(ConnectionWriter sink, bool chunked)
    {
        if (_kind == Kind.Stream && !IsCut) Write(_guard.Finish(), default, sink, chunked);
    }

    /// <summary>What the answer cost. False: it does not say, and the reservation stands.</summary>
    internal bool TryGetUsage(out LlmUsage usage)
    {
        usage = default;
        if (_kind == Kind.Json) return _usage.Finish(out usage) == LlmUsageOutcome.Found;
        if (_kind == Kind.Stream) usage = _guard.Usage;
        return _kind == Kind.Stream;
    }

    /// <summary>The exchange is over.</summary>
    internal void End()
    {
        _guard.Release();
        _kind = Kind.Opaque;
    }

    private void Write(LlmStreamStep step, ReadOnlySpan<byte> data, ConnectionWriter sink, bool chunked)
    {
        BodyRelay.Append(sink, step.Held, chunked);
        BodyRelay.Append(sink, data[..step.Forward], chunked);
        BodyRelay.Append(sink, step.Termination, chunked);
        IsCut |= step.IsCut;
    }

    private static bool IsEncoded(ResponseHead response, ReadOnlySpan<byte> head) =>
        response.TryGet(head, "content-encoding"u8, out ReadOnlySpan<byte> coding) && !coding.IsEmpty
        && !System.Text.Ascii.EqualsIgnoreCase(coding, "identity"u8);

    private static bool IsType(ReadOnlySpan<byte> value, ReadOnlySpan<byte> type) =>
        value.Length >= type.Length && System.Text.Ascii.EqualsIgnoreCase(value[..type.Length], type)
        && (value.Length == type.Length || value[type.Length] is (byte)';' or (byte)' ' or (byte)'\t');
}
