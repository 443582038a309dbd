namespace Appliance.Limiter.Llm;

/// <summary>
/// What a request to a language model says of its cost. The formats of the providers have no name with two meanings, so one grammar reads
/// them all: OpenAI chat, completions and responses, Anthropic messages, Gemini generateContent.
///
/// Text that a model reads counts, images and files in base64 do not. A token given as a number counts as one token.
/// </summary>
internal sealed class RequestScanner : JsonScanner
{
    /// <summary>Bytes of the longest model name that is kept.</summary>
    public const int MaxModelBytes = 128;

    private const byte Model = 2;
    private const byte Stream = 3;
    private const byte Cap = 4;
    private const byte Generation = 5;
    /// <summary>Strings count; in objects only the members known to hold text.</summary>
    private const byte Prompt = 6;
    /// <summary>Everything below counts: schemas of tools, arguments of their calls.</summary>
    private const byte Everything = 7;

    private readonly BoundedText _model = new(MaxModelBytes);
    private readonly BoundedText _capText = new(32);
    private Members _seen;
    private bool _isModelWhole;

    /// <summary>The members of the body that a limit depends on.</summary>
    [Flags]
    private enum Members
    {
        None = 0, Model = 1, Stream = 2, MaxTokens = 4, MaxCompletionTokens = 8, MaxOutputTokens = 0x10, Generation = 0x20, GenerationCap = 0x40,
        Messages = 0x80, System = 0x100, Prompt = 0x200, Input = 0x400, Instructions = 0x800, Contents = 0x1000, SystemInstruction = 0x2000,
        Tools = 0x4000, Functions = 0x8000,
        AnyPrompt = Messages | System | Prompt | Input | Instructions | Contents | SystemInstruction,
    }

    /// <summary>Bytes of text that the model reads, escapes resolved.</summary>
    public long TextBytes { get; private set; }

    /// <summary>The largest of the completion caps; 0 when there is none that is above 0.</summary>
    public long CompletionCap { get; private set; }

    /// <summary>Whether the body asks for a stream.</summary>
    public bool IsStream { get; private set; }

    /// <summary>Whether one of the members that matter occurs twice: parsers differ in which they take.</summary>
    public bool IsAmbiguous { get; private set; }

    /// <summary>Whether there is any member that holds a prompt.</summary>
    public bool HasPrompt => (_seen & Members.AnyPrompt) != 0;

    /// <summary>The model's name, the last if there are several; empty when absent or longer than <see cref="MaxModelBytes"/>.</summary>
    public ReadOnlySpan<byte> ModelName => _isModelWhole ? _model.Value : default;

    public void Begin()
    {
        Reset();
        _model.Clear();
        _capText.Clear();
        _seen = Members.None;
        TextBytes = CompletionCap = 0;
        IsStream = IsAmbiguous = _isModelWhole = false;
    }

    protected override byte Member(byte parent, ReadOnlySpan<byte> name, int nameLength)
    {
        switch (parent)
        {
            case Root:
                return RootMember(name);
            case Generation when name.SequenceEqual("maxOutputTokens"u8) || name.SequenceEqual("max_output_tokens"u8):
                return Once(Members.GenerationCap, Cap);
            case Prompt:
                return PromptMember(name);
            case Everything:
                TextBytes += nameLength;
                return Everything;
            default:
                return Ignored;
        }
    }

    /// <summary>An array as the document is no request; the others' elements are what the whole is.</summary>
    protected override byte Element(byte parent) => parent is Prompt or Everything ? parent : Ignored;

    protected override void Text(byte node, ReadOnlySpan<byte> piece)
    {
        if (node is Prompt or Everything) TextBytes += piece.Length;
        else if (node == Model) _model.Append(piece);
        else if (node == Cap) _capText.Append(piece);
    }

    /// <summary>Some servers take a number in quotes for a number.</summary>
    protected override void TextEnd(byte node)
    {
        if (node == Model) _isModelWhole = true;
        if (node != Cap) return;
        Number(node, _capText.Value);
        _capText.Clear();
    }

    protected override void Number(byte node, ReadOnlySpan<byte> literal)
    {
        if (node == Prompt) TextBytes += TokenEstimate.BytesPerToken;
        else if (node == Everything) TextBytes += literal.Length;
        else if (node == Cap && TokenEstimate.TryParse(literal, out long cap)) CompletionCap = Math.Max(CompletionCap, cap);
    }

    protected override void True(byte node)
    {
        if (node == Stream) IsStream = true;
    }

    private byte RootMember(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("messages"u8)) return Once(Members.Messages, Prompt);
        if (name.SequenceEqual("model"u8))
        {
            _model.Clear();
            _isModelWhole = false;
            return Once(Members.Model, Model);
        }

        if (name.SequenceEqual("stream"u8)) return Once(Members.Stream, Stream);
        if (name.SequenceEqual("max_tokens"u8)) return Once(Members.MaxTokens, Cap);
        if (name.SequenceEqual("max_completion_tokens"u8)) return Once(Members.MaxCompletionTokens, Cap);
        if (name.SequenceEqual("max_output_tokens"u8)) return Once(Members.MaxOutputTokens, Cap);
        if (name.SequenceEqual("system"u8)) return Once(Members.System, Prompt);
        if (name.SequenceEqual("prompt"u8)) return Once(Members.Prompt, Prompt);
        if (name.SequenceEqual("input"u8)) return Once(Members.Input, Prompt);
        if (name.SequenceEqual("instructions"u8)) return Once(Members.Instructions, Prompt);
        if (name.SequenceEqual("contents"u8)) return Once(Members.Contents, Prompt);
        if (name.SequenceEqual("systemInstruction"u8) || name.SequenceEqual("system_instruction"u8)) return Once(Members.SystemInstruction, Prompt);
        if (name.SequenceEqual("generationConfig"u8) || name.SequenceEqual("generation_config"u8)) return Once(Members.Generation, Generation);
        if (name.SequenceEqual("tools"u8)) return Once(Members.Tools, Everything);
        return name.SequenceEqual("functions"u8) ? Once(Members.Functions, Everything) : Ignored;
    }

    private byte Once(Members member, byte node)
    {
        IsAmbiguous |= (_seen & member) != 0;
        _seen |= member;
        return node;
    }

    private static byte PromptMember(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("content"u8) || name.SequenceEqual("text"u8) || name.SequenceEqual("parts"u8)) return Prompt;
        if (name.SequenceEqual("thinking"u8) || name.SequenceEqual("refusal"u8) || name.SequenceEqual("output"u8)) return Prompt;
        if (name.SequenceEqual("arguments"u8) || name.SequenceEqual("input"u8)) return Everything;
        if (name.SequenceEqual("tool_calls"u8) || name.SequenceEqual("function_call"u8)) return Everything;
        return name.SequenceEqual("functionCall"u8) || name.SequenceEqual("functionResponse"u8) ? Everything : Ignored;
    }
}
