namespace Appliance.Limiter.Llm;

/// <summary>
/// Watches a server-sent event stream of a language model on its way to the client: counts the tokens of the completion, takes the usage
/// that the stream reports, and, when told to, cuts the stream once it has passed its limit (policies.md part B 2.5). The format shows
/// itself in the stream; events of unknown formats pass and count nothing.
///
/// Only a stream that may be cut is held back, and only the event that is not complete yet, up to <see cref="MaxEventBytes"/>: the event
/// that passes the limit does not go out, the ones before it do. What goes out does not depend on how the stream is cut into pieces. The
/// stream must not be compressed. Allocates nothing after construction besides pooled memory. One thread at a time; reused from stream to
/// stream.
/// </summary>
public sealed class LlmStreamGuard
{
    /// <summary>Events longer than this are counted, but are never held back: if one passes the limit, the stream is cut behind it.</summary>
    public const int MaxEventBytes = 64 * 1024;

    private readonly ResponseScanner _scanner = new();
    private readonly BoundedText _dataStart = new(8);
    private SseSplitter _splitter;
    private HoldBuffer _held;
    private StreamFacts _factsBefore;
    private LlmStreamSettings _settings;
    private LlmProvider _expected;
    private long _promptTokens;
    private long _nextLook;
    private long _dataBytes;
    private long _eventBytes;
    private bool _isEnded;

    /// <summary>Begins a stream that is only counted.</summary>
    public LlmStreamGuard() => Start(default, LlmProvider.Unknown, 0);

    /// <summary>Tokens of the completion, estimated per event; includes the event that the cut dropped.</summary>
    public long CompletionTokens { get; private set; }

    /// <summary>Whether the stream was cut.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether the stream would have been cut, were it not for its mode.</summary>
    public bool WouldCut { get; private set; }

    /// <summary>Events that were too long to be held back.</summary>
    public int OversizeEvents { get; private set; }

    /// <summary>Events whose data is not JSON; their whole data was counted as text.</summary>
    public int MalformedEvents { get; private set; }

    /// <summary>Whether the stream has said its last word: [DONE], message_stop, response.completed, or the last finish reason.</summary>
    public bool IsComplete => _isEnded || _scanner.IsFinished;

    /// <summary>Whose format the stream has; what was expected as long as it has not shown.</summary>
    public LlmProvider Provider => _scanner.Provider == LlmProvider.Unknown ? _expected : _scanner.Provider;

    /// <summary>Whether <see cref="Usage"/> is the provider's own final word and no estimate.</summary>
    public bool IsUsageReported =>
        IsComplete && !IsCut && (_scanner.Reported.Total is not null || (_scanner.Reported.HasPrompt && _scanner.Reported.HasCompletion));

    /// <summary>
    /// What to settle the reservation with: as reported; or, where the stream did not come to its end or did not say, the larger of what was
    /// counted and what was reported so far.
    /// </summary>
    public LlmUsage Usage
    {
        get
        {
            LlmUsage reported = _scanner.Reported.ToUsage();
            if (IsUsageReported) return reported;
            long prompt = _scanner.Reported.HasPrompt ? reported.PromptTokens : _promptTokens;
            long completion = Math.Max(CompletionTokens, reported.CompletionTokens);
            return new LlmUsage(prompt, completion, prompt + completion);
        }
    }

    /// <summary>Begins another stream; what was kept of the last one is forgotten.</summary>
    /// <param name="settings">The rule's settings.</param>
    /// <param name="expected">Whose format is expected; holds until the stream shows its own.</param>
    /// <param name="promptTokens">The estimate of the prompt, 0 or more.</param>
    public void Start(in LlmStreamSettings settings, LlmProvider expected, long promptTokens)
    {
        Release();
        _settings = settings with { BufferTokens = Math.Max(settings.BufferTokens, 1) };
        _expected = expected;
        _promptTokens = promptTokens;
        _nextLook = _settings.BufferTokens;
        _splitter = default;
        _scanner.Begin();
        BeginEvent();
        _eventBytes = 0;
        CompletionTokens = OversizeEvents = MalformedEvents = 0;
        IsCut = WouldCut = _isEnded = false;
    }

    /// <summary>Gives pooled memory back; the figures stay. Call it when the stream is over and its last step has been sent.</summary>
    public void Release() => _held.Return();

    /// <summary>Takes the next piece of the stream; what of it may go on is the result. After a cut everything is dropped.</summary>
    public LlmStreamStep Feed(ReadOnlySpan<byte> piece)
    {
        if (IsCut) return new LlmStreamStep(default, 0, default, isCut: true);
        _held.BeginStep();
        int at = 0;
        int mark = 0;
        while (_splitter.Next(piece, ref at, out ReadOnlySpan<byte> data) is var token and not SseToken.None)
        {
            if (token == SseToken.Data) TakeData(data);
            else if (token == SseToken.DataLine) TakeData("\n"u8);
            if (token < SseToken.Idle) continue;
            bool oversize = _eventBytes + at - mark > MaxEventBytes;
            if (token == SseToken.EndOfEvent && EndEvent(oversize)) return Cut(oversize ? at : mark, oversize, insideEvent: false);
            _held.ReleaseAll();
            _eventBytes = 0;
            mark = at;
        }

        return Pass(piece, mark);
    }

    /// <summary>The upstream has ended the stream: an event without its empty line counts as one, and what is held goes out.</summary>
    public LlmStreamStep Finish()
    {
        if (IsCut) return new LlmStreamStep(default, 0, default, isCut: true);
        _held.BeginStep();
        bool oversize = _eventBytes > MaxEventBytes;
        if (_splitter.HasData && EndEvent(oversize)) return Cut(0, oversize, insideEvent: oversize);
        _splitter = default;
        _eventBytes = 0;
        _held.ReleaseAll();
        return new LlmStreamStep(_held.Released, 0, default, isCut: false);
    }

    /// <summary>The end of a piece: what follows the last complete event stays, if the stream may be cut and the event is not too long.</summary>
    private LlmStreamStep Pass(ReadOnlySpan<byte> piece, int mark)
    {
        _eventBytes += piece.Length - mark;
        bool stays = _settings.Mode == LlmStreamMode.Enforce && _eventBytes <= MaxEventBytes;
        if (stays) _held.Keep(piece[mark..]);
        else _held.ReleaseAll();
        return new LlmStreamStep(_held.Released, stays ? mark : piece.Length, default, isCut: false);
    }

    private LlmStreamStep Cut(int forward, bool eventPasses, bool insideEvent)
    {
        IsCut = true;
        if (eventPasses)
        {
            _held.ReleaseAll();
        }
        else
        {
            _held.DropKept();
            _scanner.Facts = _factsBefore;
        }

        var text = new StreamTermination(_held.Reserve(StreamTermination.MaxLength), _scanner, Usage, _settings.IncludePartialUsage);
        _held.Commit(text.Write(Provider, _settings.Action, insideEvent));
        return new LlmStreamStep(_held.Released, forward, _held.Kept, isCut: true);
    }

    private void BeginEvent()
    {
        _scanner.BeginEvent();
        _dataStart.Clear();
        _dataBytes = 0;
        _factsBefore = _scanner.Facts;
    }

    private void TakeData(ReadOnlySpan<byte> data)
    {
        _dataBytes += data.Length;
        _dataStart.Append(data);
        _scanner.Feed(data);
    }

    /// <summary>Counts the event that is complete; true when the stream is to be cut at it.</summary>
    private bool EndEvent(bool oversize)
    {
        if (oversize) OversizeEvents++;
        long tokens = TokensOfEvent();
        bool cuts = tokens > 0 && Count(tokens);
        if (!cuts) BeginEvent();
        return cuts;
    }

    private long TokensOfEvent()
    {
        if (_dataStart.Value.SequenceEqual("[DONE]"u8))
        {
            _isEnded = true;
            return 0;
        }

        if (_scanner.EndEvent()) return TokenEstimate.FromBytes(_scanner.TextBytes);
        MalformedEvents++;
        return TokenEstimate.FromBytes(_dataBytes);
    }

    /// <summary>The limit is looked at only when the count passes a multiple of the buffer; true when the stream is to be cut.</summary>
    private bool Count(long tokens)
    {
        CompletionTokens += tokens;
        if (CompletionTokens < _nextLook) return false;
        _nextLook = (CompletionTokens / _settings.BufferTokens + 1) * _settings.BufferTokens;
        if (CompletionTokens <= _settings.Limit || _settings.Mode == LlmStreamMode.Count) return false;
        WouldCut |= _settings.Mode == LlmStreamMode.Shadow;
        return _settings.Mode == LlmStreamMode.Enforce;
    }
}
