namespace Appliance.Limiter.Llm;

/// <summary>
/// Reads responses: one JSON document, or one after the other the events of a stream. As in requests, one grammar does for all providers:
/// the text of a completion, the usage, and what is needed to end a stream in its own shape. What is gathered adds up over the events
/// until <see cref="Begin"/>; <see cref="BeginEvent"/> forgets only what belongs to one event.
/// </summary>
internal sealed class ResponseScanner : JsonScanner
{
    private const byte Type = 2;
    private const byte Id = 3;
    private const byte Model = 4;
    private const byte Created = 5;
    private const byte Sequence = 6;
    private const byte BlockIndex = 7;
    /// <summary>The response that an event carries: usage, id and model as at the root.</summary>
    private const byte Wrapper = 8;
    private const byte Choices = 9;
    private const byte Choice = 10;
    private const byte Candidates = 11;
    private const byte Candidate = 12;
    private const byte ChoiceIndex = 13;
    private const byte Finish = 14;
    private const byte LegacyText = 15;
    /// <summary>Strings count; in objects the members that hold text.</summary>
    private const byte Delta = 16;
    /// <summary>Everything below counts.</summary>
    private const byte Everything = 17;
    private const byte Usage = 18;
    private const byte UsageInput = 19;
    private const byte UsageOutput = 20;
    private const byte UsageTotal = 21;
    private const byte UsageCacheWritten = 22;
    private const byte UsageCacheRead = 23;
    private const byte UsageThoughts = 24;
    private const byte UsageToolPrompt = 25;

    private readonly BoundedText _type = new(40);
    private readonly BoundedText _id = new(64);
    private readonly BoundedText _model = new(64);
    private long _blockIndex;
    private int _choiceIndex;
    private bool _choiceFinished;

    /// <summary>Usage as reported so far.</summary>
    public UsageFields Reported;

    /// <summary>What is open in the stream.</summary>
    public StreamFacts Facts;

    /// <summary>Bytes of completion text in the current event.</summary>
    public long TextBytes { get; private set; }

    /// <summary>Whose stream it is, as soon as that can be seen.</summary>
    public LlmProvider Provider { get; private set; }

    /// <summary>Whether the provider has said that the completion is over.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>When the response was made, Unix seconds; 0 when unknown.</summary>
    public long CreatedSeconds { get; private set; }

    public ReadOnlySpan<byte> ResponseId => _id.Value;

    public ReadOnlySpan<byte> ModelName => _model.Value;

    /// <summary>Forgets everything.</summary>
    public void Begin()
    {
        BeginEvent();
        _id.Clear();
        _model.Clear();
        Reported = default;
        Facts = StreamFacts.None;
        Provider = LlmProvider.Unknown;
        IsFinished = false;
        CreatedSeconds = 0;
    }

    public void BeginEvent()
    {
        Reset();
        _type.Clear();
        _blockIndex = -1;
        TextBytes = 0;
    }

    /// <summary>The event is complete: what several of its members say together takes effect.</summary>
    public bool EndEvent()
    {
        if (!End()) return false;
        ReadOnlySpan<byte> type = _type.Value;
        if (type.StartsWith("response."u8)) Provider = LlmProvider.OpenAiResponses;
        if (type.SequenceEqual("response.completed"u8) || type.SequenceEqual("response.incomplete"u8) || type.SequenceEqual("response.failed"u8))
            IsFinished = true;
        if (type.StartsWith("message_"u8) || type.StartsWith("content_block_"u8)) Provider = LlmProvider.Anthropic;
        if (type.SequenceEqual("content_block_start"u8) || type.SequenceEqual("content_block_delta"u8)) Facts.OpenBlock = Math.Max(_blockIndex, 0);
        if (type.SequenceEqual("content_block_stop"u8)) Facts.OpenBlock = -1;
        if (type.SequenceEqual("message_stop"u8)) IsFinished = true;
        return true;
    }

    protected override byte Member(byte parent, ReadOnlySpan<byte> name, int nameLength)
    {
        switch (parent)
        {
            case Root: return RootMember(name);
            case Wrapper: return WrapperMember(name);
            case Choice: return ChoiceMember(name);
            case Candidate: return CandidateMember(name);
            case Delta: return DeltaMember(name);
            case Usage: return UsageMember(name);
            case Everything:
                TextBytes += nameLength;
                return Everything;
            default: return Ignored;
        }
    }

    /// <summary>Gemini without alt=sse sends its stream as an array of documents.</summary>
    protected override byte Element(byte parent) => parent switch
    {
        Choices => Choice,
        Candidates => Candidate,
        Root or Delta or Everything => parent,
        _ => Ignored,
    };

    protected override void Opened(byte node)
    {
        if (node is not (Choice or Candidate)) return;
        Provider = node == Choice ? LlmProvider.OpenAi : LlmProvider.Gemini;
        _choiceIndex = 0;
        _choiceFinished = false;
    }

    protected override void Closed(byte node)
    {
        if (node is not (Choice or Candidate)) return;
        ulong bit = 1UL << _choiceIndex;
        Facts.ChoicesBegun |= bit;
        if (!_choiceFinished) return;
        Facts.ChoicesFinished |= bit;
        IsFinished = Facts.ChoicesFinished == Facts.ChoicesBegun;
    }

    protected override void Text(byte node, ReadOnlySpan<byte> piece)
    {
        switch (node)
        {
            case Delta or Everything: TextBytes += piece.Length; break;
            case LegacyText:
                TextBytes += piece.Length;
                Facts.IsTextCompletion = true;
                break;
            case Type: _type.Append(piece); break;
            case Id: _id.Append(piece); break;
            case Model: _model.Append(piece); break;
        }
    }

    protected override void TextEnd(byte node)
    {
        if (node == Finish) _choiceFinished = true;
    }

    protected override void Number(byte node, ReadOnlySpan<byte> literal)
    {
        if (node == Everything) TextBytes += literal.Length;
        if (!TokenEstimate.TryParse(literal, out long number)) return;
        switch (node)
        {
            case UsageInput: Reported.Input = number; break;
            case UsageOutput: Reported.Output = number; break;
            case UsageTotal or Usage: Reported.Total = number; break;
            case UsageCacheWritten: Reported.CacheWritten = number; break;
            case UsageCacheRead: Reported.CacheRead = number; break;
            case UsageThoughts: Reported.Thoughts = number; break;
            case UsageToolPrompt: Reported.ToolPrompt = number; break;
            case Created: CreatedSeconds = number; break;
            case Sequence: Facts.Sequence = number; break;
            case BlockIndex: _blockIndex = number; break;
            case ChoiceIndex: _choiceIndex = (int)Math.Min(number, StreamFacts.MaxChoices - 1); break;
        }
    }

    private byte RootMember(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("choices"u8)) return Choices;
        if (name.SequenceEqual("candidates"u8)) return Candidates;
        if (name.SequenceEqual("type"u8)) return Type;
        if (name.SequenceEqual("delta"u8) || name.SequenceEqual("content_block"u8)) return Delta;
        if (name.SequenceEqual("index"u8)) return BlockIndex;
        if (name.SequenceEqual("sequence_number"u8)) return Sequence;
        bool wraps = name.SequenceEqual("message"u8) || name.SequenceEqual("response"u8) || name.SequenceEqual("x_groq"u8);
        return wraps ? Wrapper : WrapperMember(name);
    }

    private byte WrapperMember(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("usage"u8) || name.SequenceEqual("usageMetadata"u8)) return Usage;
        if (name.SequenceEqual("id"u8) || name.SequenceEqual("responseId"u8)) return Kept(_id, Id);
        if (name.SequenceEqual("model"u8) || name.SequenceEqual("modelVersion"u8)) return Kept(_model, Model);
        return name.SequenceEqual("created"u8) || name.SequenceEqual("created_at"u8) ? Created : Ignored;
    }

    private static byte ChoiceMember(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("delta"u8)) return Delta;
        if (name.SequenceEqual("index"u8)) return ChoiceIndex;
        if (name.SequenceEqual("finish_reason"u8)) return Finish;
        return name.SequenceEqual("text"u8) ? LegacyText : Ignored;
    }

    private static byte CandidateMember(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("content"u8)) return Delta;
        if (name.SequenceEqual("index"u8)) return ChoiceIndex;
        return name.SequenceEqual("finishReason"u8) ? Finish : Ignored;
    }

    private static byte DeltaMember(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("content"u8) || name.SequenceEqual("text"u8) || name.SequenceEqual("parts"u8)) return Delta;
        if (name.SequenceEqual("reasoning_content"u8) || name.SequenceEqual("reasoning"u8) || name.SequenceEqual("thinking"u8)) return Delta;
        if (name.SequenceEqual("refusal"u8) || name.SequenceEqual("partial_json"u8)) return Delta;
        if (name.SequenceEqual("tool_calls"u8) || name.SequenceEqual("function"u8) || name.SequenceEqual("function_call"u8)) return Delta;
        if (name.SequenceEqual("name"u8) || name.SequenceEqual("arguments"u8)) return Delta;
        return name.SequenceEqual("functionCall"u8) ? Everything : Ignored;
    }

    private static byte UsageMember(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("prompt_tokens"u8) || name.SequenceEqual("input_tokens"u8) || name.SequenceEqual("promptTokenCount"u8)) return UsageInput;
        if (name.SequenceEqual("completion_tokens"u8) || name.SequenceEqual("output_tokens"u8) || name.SequenceEqual("candidatesTokenCount"u8))
            return UsageOutput;
        if (name.SequenceEqual("total_tokens"u8) || name.SequenceEqual("totalTokenCount"u8)) return UsageTotal;
        if (name.SequenceEqual("cache_creation_input_tokens"u8)) return UsageCacheWritten;
        if (name.SequenceEqual("cache_read_input_tokens"u8)) return UsageCacheRead;
        if (name.SequenceEqual("thoughtsTokenCount"u8)) return UsageThoughts;
        return name.SequenceEqual("toolUsePromptTokenCount"u8) ? UsageToolPrompt : Ignored;
    }

    private static byte Kept(BoundedText text, byte node)
    {
        text.Clear();
        return node;
    }
}
