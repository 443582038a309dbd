namespace Appliance.Limiter.Llm;

/// <summary>
/// The last events of a stream that is cut, in the shape of its provider, so that the client's library ends as it would by itself: what is
/// open is closed, and the reason is the one that the provider gives when max_tokens is reached. Or an error event.
/// </summary>
internal ref struct StreamTermination
{
    /// <summary>Bytes that may be needed: a word for each choice, and the names repeated from the stream.</summary>
    public const int MaxLength = 8 * 1024;

    private readonly ResponseScanner _stream;
    private readonly LlmUsage _usage;
    private readonly bool _tellsUsage;
    private Utf8JsonText _text;

    /// <param name="destination">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="stream">The stream as far as it was forwarded.</param>
    /// <param name="usage">The tokens so far.</param>
    /// <param name="tellsUsage">Whether the client is told of them.</param>
    public StreamTermination(Span<byte> destination, ResponseScanner stream, LlmUsage usage, bool tellsUsage)
    {
        _text = new Utf8JsonText(destination);
        _stream = stream;
        _usage = usage;
        _tellsUsage = tellsUsage;
    }

    /// <summary>Writes the events and returns their length.</summary>
    /// <param name="provider">Whose shape.</param>
    /// <param name="action">A close or an error.</param>
    /// <param name="insideEvent">Whether the client has the beginning of an event, which is ended first.</param>
    public int Write(LlmProvider provider, LlmLimitAction action, bool insideEvent)
    {
        if (insideEvent) _text.Raw("\n\n"u8);
        bool close = action == LlmLimitAction.GracefulClose;
        switch (provider)
        {
            case LlmProvider.Anthropic when close: CloseMessage(); break;
            case LlmProvider.Anthropic: FailMessage(); break;
            case LlmProvider.Gemini when close: CloseCandidates(); break;
            case LlmProvider.Gemini: FailCandidates(); break;
            case LlmProvider.OpenAiResponses when close: CloseResponse(); break;
            case LlmProvider.OpenAiResponses: FailResponse(); break;
            default:
                if (close) CloseChoices();
                else FailChoices();
                _text.Raw("data: [DONE]\n\n"u8);
                break;
        }

        return _text.Length;
    }

    private static ReadOnlySpan<byte> Message => "\"Maximum completion tokens exceeded\""u8;

    private void CloseChoices()
    {
        _text.Raw("data: {"u8);
        Name("\"id\":"u8, _stream.ResponseId);
        _text.Raw(_stream.Facts.IsTextCompletion ? "\"object\":\"text_completion\",\"created\":"u8 : "\"object\":\"chat.completion.chunk\",\"created\":"u8);
        _text.Number(_stream.CreatedSeconds);
        _text.Raw(","u8);
        Name("\"model\":"u8, _stream.ModelName);
        _text.Raw("\"choices\":["u8);
        ulong open = OpenChoices();
        for (int index = 0; open != 0; index++, open >>= 1)
        {
            if ((open & 1) == 0) continue;
            _text.Raw("{\"index\":"u8);
            _text.Number(index);
            _text.Raw(_stream.Facts.IsTextCompletion ? ",\"text\":\"\",\"logprobs\":null"u8 : ",\"delta\":{}"u8);
            _text.Raw(open > 1 ? ",\"finish_reason\":\"length\"},"u8 : ",\"finish_reason\":\"length\"}"u8);
        }

        _text.Raw("]"u8);
        Usage(",\"usage\":{\"prompt_tokens\":"u8, ",\"completion_tokens\":"u8, ",\"total_tokens\":"u8);
        _text.Raw("}\n\n"u8);
    }

    private void FailChoices()
    {
        _text.Raw("data: {\"error\":{\"message\":"u8);
        _text.Raw(Message);
        _text.Raw(",\"type\":\"rate_limit_error\",\"param\":null,\"code\":\"completion_tokens_exceeded\"}"u8);
        Usage(",\"usage\":{\"prompt_tokens\":"u8, ",\"completion_tokens\":"u8, ",\"total_tokens\":"u8);
        _text.Raw("}\n\n"u8);
    }

    private void CloseMessage()
    {
        if (_stream.Facts.OpenBlock >= 0)
        {
            _text.Raw("event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":"u8);
            _text.Number(_stream.Facts.OpenBlock);
            _text.Raw("}\n\n"u8);
        }

        // The interface wants a usage in this event; a client that is not to be told gets zero.
        _text.Raw("event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\",\"stop_sequence\":null}"u8);
        if (_tellsUsage) Usage(",\"usage\":{\"input_tokens\":"u8, ",\"output_tokens\":"u8, default);
        else _text.Raw(",\"usage\":{\"output_tokens\":0}"u8);
        _text.Raw("}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    private void FailMessage()
    {
        _text.Raw("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":"u8);
        _text.Raw(Message);
        _text.Raw(",\"code\":\"completion_tokens_exceeded\"}"u8);
        Usage(",\"usage\":{\"input_tokens\":"u8, ",\"output_tokens\":"u8, default);
        _text.Raw("}\n\n"u8);
    }

    private void CloseCandidates()
    {
        _text.Raw("data: {"u8);
        Name("\"responseId\":"u8, _stream.ResponseId);
        Name("\"modelVersion\":"u8, _stream.ModelName);
        _text.Raw("\"candidates\":["u8);
        ulong open = OpenChoices();
        for (int index = 0; open != 0; index++, open >>= 1)
        {
            if ((open & 1) == 0) continue;
            _text.Raw("{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"finishReason\":\"MAX_TOKENS\",\"index\":"u8);
            _text.Number(index);
            _text.Raw(open > 1 ? "},"u8 : "}"u8);
        }

        _text.Raw("]"u8);
        UsageMetadata();
        _text.Raw("}\n\n"u8);
    }

    private void FailCandidates()
    {
        _text.Raw("data: {\"error\":{\"code\":429,\"message\":"u8);
        _text.Raw(Message);
        _text.Raw(",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\","u8);
        _text.Raw("\"reason\":\"completion_tokens_exceeded\"}]}"u8);
        UsageMetadata();
        _text.Raw("}\n\n"u8);
    }

    private void CloseResponse()
    {
        _text.Raw("event: response.incomplete\ndata: {\"type\":\"response.incomplete\",\"sequence_number\":"u8);
        _text.Number(_stream.Facts.Sequence + 1);
        _text.Raw(",\"response\":{"u8);
        Name("\"id\":"u8, _stream.ResponseId);
        Name("\"model\":"u8, _stream.ModelName);
        _text.Raw("\"object\":\"response\",\"created_at\":"u8);
        _text.Number(_stream.CreatedSeconds);
        _text.Raw(",\"status\":\"incomplete\",\"error\":null,\"incomplete_details\":{\"reason\":\"max_output_tokens\"},\"output\":[]"u8);
        Usage(",\"usage\":{\"input_tokens\":"u8, ",\"output_tokens\":"u8, ",\"total_tokens\":"u8);
        _text.Raw("}}\n\n"u8);
    }

    private void FailResponse()
    {
        _text.Raw("event: error\ndata: {\"type\":\"error\",\"sequence_number\":"u8);
        _text.Number(_stream.Facts.Sequence + 1);
        _text.Raw(",\"code\":\"completion_tokens_exceeded\",\"param\":null,\"message\":"u8);
        _text.Raw(Message);
        Usage(",\"usage\":{\"input_tokens\":"u8, ",\"output_tokens\":"u8, ",\"total_tokens\":"u8);
        _text.Raw("}\n\n"u8);
    }

    /// <summary>The choices without an end; the first when none has begun.</summary>
    private readonly ulong OpenChoices() => _stream.Facts.ChoicesBegun == 0 ? 1 : _stream.Facts.ChoicesBegun & ~_stream.Facts.ChoicesFinished;

    /// <summary>A member with a name from the stream, with its comma; nothing when the stream did not give it.</summary>
    private void Name(ReadOnlySpan<byte> member, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return;
        _text.Raw(member);
        _text.Quoted(value);
        _text.Raw(","u8);
    }

    private void UsageMetadata() =>
        Usage(",\"usageMetadata\":{\"promptTokenCount\":"u8, ",\"candidatesTokenCount\":"u8, ",\"totalTokenCount\":"u8);

    private void Usage(ReadOnlySpan<byte> prompt, ReadOnlySpan<byte> completion, ReadOnlySpan<byte> total)
    {
        if (!_tellsUsage) return;
        _text.Raw(prompt);
        _text.Number(_usage.PromptTokens);
        _text.Raw(completion);
        _text.Number(_usage.CompletionTokens);
        if (!total.IsEmpty)
        {
            _text.Raw(total);
            _text.Number(_usage.TotalTokens);
        }

        _text.Raw("}"u8);
    }
}
